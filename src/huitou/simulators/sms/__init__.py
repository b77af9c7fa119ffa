"""A stand-in for Aliyun SMS, true to the wire, with the phones that receive what it sends."""
