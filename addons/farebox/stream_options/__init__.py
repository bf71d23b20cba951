"""Ask for usage in a stream, and remove it from the response again."""
