"""What the computer does for us: sound, screen, power, one instance, start at login, checks."""
