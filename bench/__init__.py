"""Development tools that measure scapcoach; no part of the installed package."""
