"""Lists of customers to contact: who is on them, who is held out, and the record of both."""
