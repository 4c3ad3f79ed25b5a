"""What is known of each person before a cut-off: the features of churn, repurchase and conversion."""
