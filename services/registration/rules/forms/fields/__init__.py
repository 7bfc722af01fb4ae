"""Every type of field an organiser can place: one file for each family, each field a small pure class."""
