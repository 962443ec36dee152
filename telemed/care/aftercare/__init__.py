"""What is agreed at the end of a visit: a message to the patient, and what is to be done on a later day. Pure."""
