package http1

import "testing"

func TestIsToken(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "a": true, "X-Y_z.1~": true, "!#$%&'*+-.^_`|~": true, "a b": false, "a:": false, "a\x7f": false, "ä": false, "a\x00": false, "(": false,
	} {
		if IsToken(s) != want {
			t.Errorf("%q: %v, want %v", s, IsToken(s), want)
		}
	}
}

func TestOfConnection(t *testing.T) {
	for name, want := range map[string]bool{
		"connection": true, "Keep-Alive": true, "PROXY-CONNECTION": true, "te": true, "Trailer": true, "Upgrade": true, "transfer-Encoding": true,
		"": false, "Content-Length": false, "Proxy-Authenticate": false, "Host": false, "Trailers": false,
	} {
		if OfConnection(name) != want {
			t.Errorf("%q: %v, want %v", name, OfConnection(name), want)
		}
	}
}

func TestCheckPrefix(t *testing.T) {
	for prefix, want := range map[string]bool{"": true, "/a": true, "/a/b": true, "/": false, "a": false, "/a/": false} {
		if err := CheckPrefix(prefix); (err == nil) != want {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}
