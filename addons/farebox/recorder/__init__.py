"""The recorder's side: spool to priced records to sinks."""
