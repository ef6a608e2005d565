"""AWS: the call of DetectPHI for clients of Comprehend Medical."""
