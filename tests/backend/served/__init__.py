"""An AWS on 127.0.0.1: moto in this process, with what moto lacks or gets wrong put right in front of it."""
