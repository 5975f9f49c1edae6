"""Thousands of jobs in flight, faults and kills: what is lost, and what it takes."""
