"""A server that assistants ask (Model Context Protocol): read-only, the reports' own definitions, no customers."""
