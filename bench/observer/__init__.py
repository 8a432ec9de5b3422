"""The population observer: its training data, its training and its evaluation."""
