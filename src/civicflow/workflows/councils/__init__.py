"""Councils: proposals, votes, public notice and the funds that they draw on."""
