"""SMS through Tencent Cloud (sms 2021-01-11): send, ask, and read what Tencent calls back."""
