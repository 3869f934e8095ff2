"""Where transcripts come from: small classes behind one protocol, asked in the configured order."""
