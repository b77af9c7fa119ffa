"""SMS through Aliyun (dysmsapi 2017-05-25): send, ask, and read what Aliyun pushes back."""
