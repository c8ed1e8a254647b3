"""What staff see (clause 2 so far): figures on this machine only, until staff can sign in."""
