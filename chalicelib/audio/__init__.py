"""Kind "audio": the sound of one video at a URL, as one file in S3."""
