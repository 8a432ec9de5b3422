"""The desk bench: days at a desk with truth, through the real engine on a simulated clock."""
