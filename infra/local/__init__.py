"""The same cloud on one machine: what infra/ describes, served on 127.0.0.1."""
