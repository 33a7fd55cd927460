"""The commands of `hongyan`, a module for each group."""
