"""What every page shares: layout, styles, charts, headers, languages."""
