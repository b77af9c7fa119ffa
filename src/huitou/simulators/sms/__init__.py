"""A stand-in for Aliyun and Tencent SMS, true to the wire, with the phones that receive from both."""
