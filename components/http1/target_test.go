package http1

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestTargetForms(t *testing.T) {
	for _, test := range []struct {
		name, method, target       string
		path, rawPath, query, host string
	}{
		{"RFC 9112 3.2.1: origin-form", "GET", "/a%20b?c=%20", "/a b", "/a%20b", "c=%20", "h"},
		{"RFC 9112 3.2.1: empty query", "GET", "/a?", "/a", "/a", "", "h"},
		{"RFC 9112 3.2.1: question marks in the query", "GET", "/a??b?/../", "/a", "/a", "?b?/../", "h"},
		{"RFC 9112 3.2.1: an absolute URI in the query", "GET", "/?http://u@x/", "/", "/", "http://u@x/", "h"},
		{"RFC 9112 3.2.1: characters that browsers do not escape", "GET", `/"<>\^{|}` + "`", `/"<>\^{|}` + "`", `/"<>\^{|}` + "`", "", "h"},
		{"RFC 9112 3.2.1: path like an authority", "GET", "//x/y", "/x/y", "//x/y", "", "h"},
		{"RFC 9112 3.2.2: absolute-form overrides Host", "GET", "http://x:81/a?b", "/a", "/a", "b", "x:81"},
		{"RFC 9112 3.2.2: https, in any case", "GET", "HttpS://X/", "/", "/", "", "X"},
		{"RFC 9110 4.2.3: absolute-form without a path", "GET", "http://x", "/", "/", "", "x"},
		{"RFC 9110 4.2.3: query without a path", "GET", "http://x?b", "/", "/", "b", "x"},
		{"RFC 9112 3.2.2: IPv6 address", "GET", "http://[2001:db8::1]:80/", "/", "/", "", "[2001:db8::1]:80"},
		{"RFC 9112 3.2.3: authority-form", "CONNECT", "x:443", "", "", "", "x:443"},
		{"RFC 9112 3.2.3: authority-form, IPv6", "CONNECT", "[::1]:443", "", "", "", "[::1]:443"},
		{"RFC 9112 3.2.4: asterisk-form", "OPTIONS", "*", "*", "*", "", "h"},
		{"RFC 9112 3.2.4: absolute-form of the asterisk", "OPTIONS", "http://x", "*", "*", "", "x"},
		{"RFC 9112 3.2.1: OPTIONS of a path", "OPTIONS", "/a", "/a", "/a", "", "h"},
	} {
		t.Run(test.name, func(t *testing.T) {
			head := test.method + " " + test.target + " HTTP/1.1\r\nHost: h\r\n\r\n"
			r, _, err := parseHead(t, Limits{}, head)
			if err != nil {
				t.Fatal(err)
			}
			if r.Target != test.target || r.Path != test.path || r.RawPath != test.rawPath || r.Query != test.query || r.Host != test.host {
				t.Errorf("got target %q, path %q, raw path %q, query %q, host %q", r.Target, r.Path, r.RawPath, r.Query, r.Host)
			}
		})
	}
}

// What is refused is among the heads that are refused, in head_refuse_test.go.
func TestAuthority(t *testing.T) {
	for _, test := range []struct{ name, authority, port string }{
		{"name", "www.example.com", ""},
		{"name with a port", "www.example.com:8080", "8080"},
		{"RFC 3986 3.2.3: empty port", "a:", ""},
		{"largest port", "a:65535", "65535"},
		{"zeros before the port", "a:000080", "000080"},
		{"IPv4 address", "127.0.0.1:18201", "18201"},
		{"IPv6 address", "[::1]", ""},
		{"IPv6 address with a port", "[2001:db8::1]:80", "80"},
		{"IPv6 address with an IPv4 one", "[::ffff:127.0.0.1]", ""},
		{"RFC 3986 3.2.2: unreserved and sub-delims", "a_b-c~!$&'()*+,;=d", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			port, fault := checkAuthority(test.authority)
			if port != test.port || fault != "" {
				t.Errorf("got port %q, fault %q", port, fault)
			}
		})
	}
}

func TestDecodePath(t *testing.T) {
	for _, test := range []struct {
		name, raw, want string
		err             error
	}{
		{"root", "/", "/", nil},
		{"plain", "/a/b.html", "/a/b.html", nil},
		{"hidden file", "/.well-known/x", "/.well-known/x", nil},
		{"two dots before a name", "/..a/...", "/..a/...", nil},
		{"RFC 3986 2.1: escapes in both cases", "/%61%4A%4a%7e", "/aJJ~", nil},
		{"RFC 3986 2.4: decoded once", "/%2541%252e%252e/x", "/%41%2e%2e/x", nil},
		{"RFC 3986 2.2: encoded slash", "/a%2fb%2Fc", "/a%2Fb%2Fc", nil},
		{"RFC 3986 2.2: encoded slash next to dots", "/a/..%2f../b", "/a/..%2F../b", nil},
		{"encoded question mark and number sign", "/a%3Fb%23", "/a?b#", nil},
		{"encoded percent sign", "/100%25", "/100%", nil},
		{"UTF-8", "/%C3%A4", "/ä", nil},
		{"not UTF-8", "/%ff", "/\xff", nil},
		{"plus is no space", "/a+b", "/a+b", nil},
		{"backslash", `/a\..\b%5c..%5cc`, `/a\..\b\..\c`, nil},
		{"control characters", "/%0d%0a%7f", "/\r\n\x7f", nil},

		{"RFC 3986 5.2.4: the example", "/a/b/c/./../../g", "/a/g", nil},
		{"RFC 3986 5.2.4: dot", "/./a/.", "/a/", nil},
		{"RFC 3986 5.2.4: two dots at the end", "/a/b/..", "/a/", nil},
		{"RFC 3986 5.2.4: not above the root", "/../../a", "/a", nil},
		{"RFC 3986 5.2.4: to the root", "/a/..", "/", nil},
		{"RFC 3986 6.2.2: encoded dots", "/a/%2e%2E/b/%2e/c", "/b/c", nil},
		{"RFC 3986 6.2.2: half encoded dots", "/a/.%2e/%2e./b", "/b", nil},
		{"only two dots", "/..", "/", nil},

		{"repeated slashes", "//a///b//", "/a/b/", nil},
		{"two dots behind repeated slashes", "/a//../b", "/b", nil},
		{"dots between slashes", "/.//..//./", "/", nil},
		{"longer than the room on the stack", "/" + strings.Repeat("%61", 300), "/" + strings.Repeat("a", 300), nil},

		{"RFC 3986 2.1: no digits", "/%", "", errEscape},
		{"RFC 3986 2.1: one digit", "/%4", "", errEscape},
		{"RFC 3986 2.1: not hexadecimal", "/%4g", "", errEscape},
		{"RFC 3986 2.1: escape in an escape", "/%%341", "", errEscape},
		{"RFC 3986 2.1: wide escape", "/%u002e", "", errEscape},
		{"RFC 3986 7.3: NUL", "/a%00b", "", errNUL},
		{"RFC 3986 7.3: NUL that is not encoded", "/\x00", "", errNUL},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodePath(test.raw)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("decodePath(%q) = %q, %v; want %q, %v", test.raw, got, err, test.want, test.err)
			}
		})
	}
}

func TestDecodePathAllocates(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { decodePath("/static/.a/b..c/main.css") }); n > 0 {
		t.Errorf("%v allocations for a plain path", n)
	}
	if n := testing.AllocsPerRun(100, func() { decodePath("/a/%20/../b") }); n > 1 {
		t.Errorf("%v allocations for a path to be decoded", n)
	}
}

// FuzzDecodePath checks that no path leads out of its root.
func FuzzDecodePath(f *testing.F) {
	for _, seed := range []string{"/a/../../b", "/%2e%2e%2f%2e%2e/", "//a//.//..//", "/..%252f..", "/%00", "/a/.../", "/%5c.."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = "/" + raw
		path, err := decodePath(raw)
		decoded, urlErr := url.PathUnescape(raw)
		if err != nil {
			if urlErr == nil && !strings.Contains(decoded, "\x00") {
				t.Fatalf("decodePath(%q) refused: %v", raw, err)
			}
			return
		}
		if urlErr != nil {
			t.Fatalf("decodePath(%q) = %q; url.PathUnescape: %v", raw, path, urlErr)
		}
		switch {
		case path[0] != '/',
			strings.Contains(path, "//"),
			strings.Contains(path+"/", "/./"),
			strings.Contains(path+"/", "/../"),
			strings.Contains(path, "\x00"),
			strings.Count(path, "/") > strings.Count(raw, "/"):
			t.Fatalf("decodePath(%q) = %q", raw, path)
		}
		// What is safe stays as it is.
		again, err := decodePath((&url.URL{Path: path}).EscapedPath())
		if err != nil || again != path {
			t.Fatalf("decodePath(%q) = %q; decoded again %q, %v", raw, path, again, err)
		}
	})
}
