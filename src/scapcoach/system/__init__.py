"""Services of the computer: sound, screen, power, one instance, start at login, checks."""
