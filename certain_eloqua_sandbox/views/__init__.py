"""What the page is made of: tables, tabs, and sheets of a person. The platforms bring their own."""
