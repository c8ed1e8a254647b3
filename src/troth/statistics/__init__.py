"""What may be counted (clause 2.4): figures on a fixed calendar grid, with nobody in them."""
