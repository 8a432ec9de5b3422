"""The accuracy bench: the product against rendered bodies whose joint angles are known."""
