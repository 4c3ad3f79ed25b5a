"""`python -m customer_analytics` is the command `analytics`."""

from customer_analytics.cli import main

if __name__ == "__main__":
    main()
