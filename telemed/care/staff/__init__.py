"""Staff accounts and how their holders prove who they are: rules without input or output."""
