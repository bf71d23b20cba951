"""The recorder: reads the spool, prices its calls and passes them to the sinks."""
