"""Needs: collected at contact points and on visits, brought together into projects, and taken up."""
