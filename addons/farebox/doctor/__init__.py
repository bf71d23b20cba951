"""What can keep calls from being recorded, each with its fix: one file per place to look."""
