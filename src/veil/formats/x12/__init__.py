"""X12: claims, payments, eligibility and enrolment, as interchanges in files."""
