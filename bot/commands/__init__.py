"""What an operator can ask for on the command line: one file for each word, with `main(arguments) -> status`."""
