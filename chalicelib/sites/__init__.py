"""What both kinds of job know of sites of videos: yt-dlp shut in, the ways to YouTube, how they fail."""
