package fastcgi

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
)

// rec is a record for a test.
func rec(kind, id byte, content string, padding int) string {
	return string([]byte{1, kind, 0, id, byte(len(content) >> 8), byte(len(content)), byte(padding), 0}) + content + strings.Repeat("p", padding)
}

// end is an end record.
func end(app, protocol byte) string {
	return rec(typeEnd, 1, string([]byte{0, 0, 0, app, protocol, 0, 0, 0}), 0)
}

// took describes what is made of bytes that come in pieces of a size.
func took(text string, size int) string {
	var a answers
	var out, errs strings.Builder
	var held []byte
	for at := 0; at < len(text); at += size {
		held = append(held, text[at:min(at+size, len(text))]...)
		for len(held) > 0 {
			e, n, err := a.Next(held)
			if err != nil {
				return "error: " + err.Error()
			}
			if n < 0 || n > len(held) {
				return fmt.Sprintf("it took %d of %d bytes", n, len(held))
			}
			if n == 0 {
				break
			}
			out.Write(e.Output)
			errs.Write(e.Errors)
			held = held[n:]
			if e.Done || e.Status != 0 {
				return fmt.Sprintf("%s|%s|%v %d %v", out.String(), errs.String(), e.Done, e.Status, e.Why)
			}
		}
		if len(held) >= 16 {
			return "it holds too much"
		}
	}
	return out.String() + "|" + errs.String() + "|more"
}

func TestAnswers_Next(t *testing.T) {
	const well = "true 0 <nil>"
	for _, c := range []struct{ name, text, want string }{
		{"output", rec(6, 1, "hello", 0) + end(0, 0), "hello||" + well},
		{"in records", rec(6, 1, "hel", 5) + rec(6, 1, "", 0) + rec(6, 1, "lo", 255) + end(0, 0), "hello||" + well},
		{"padding of nothing", rec(6, 1, "", 7) + end(0, 0), "||" + well},
		{"both", rec(6, 1, "a", 0) + rec(7, 1, "e", 3) + rec(6, 1, "b", 0) + end(0, 0), "ab|e|" + well},
		{"the largest", rec(6, 1, strings.Repeat("x", 65535), 255) + end(0, 0), strings.Repeat("x", 65535) + "||" + well},
		{"types that nobody knows", rec(42, 0, "what", 1) + rec(10, 0, "", 0) + rec(11, 0, "12345678", 0) + rec(99, 1, "x", 0) + rec(6, 1, "a", 0) + end(0, 0), "a||" + well},
		{"a status of its own", end(3, 0), "||true 0 it ended with status 3"},
		{"overloaded", end(0, 2), "||true 503 it is overloaded"},
		{"no responder", end(0, 3), "||true 502 it is no responder"},
		{"one at a time", end(0, 1), "||true 502 it takes no more than one request on a connection at once, and has got no more"},
		{"a status that nobody knows", end(0, 9), "||true 502 protocol status 9"},
		{"nothing", "", "||more"},
		{"a part", rec(6, 1, "hello", 0)[:11], "hel||more"},
		{"another version", "\x02" + end(0, 0)[1:], "error: it does not speak FastCGI: a record of version 2, want 1"},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "error: it does not speak FastCGI: a record of version 72, want 1"},
		{"another request", rec(6, 2, "secret", 0), "error: a record for request 2, and there is none but 1"},
		{"the end of another", rec(3, 7, "12345678", 0), "error: a record for request 7, and there is none but 1"},
		{"a short end", rec(3, 1, "1234567", 0), "error: an end record of 7 bytes, want 8"},
		{"a long end", rec(3, 1, "\x00\x00\x00\x00\x00\x00\x00\x00more", 9), "||" + well},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, 8, 9, 4096, len(c.text) + 1} {
				if got := took(c.text, size); got != c.want {
					t.Errorf("in pieces of %d: %.200q, want %.200q", size, got, c.want)
				}
			}
		})
	}
}

// What follows an end record belongs to it, and the connection is as at first.
func TestAnswers_NextAnswer(t *testing.T) {
	one := rec(6, 1, "a", 1) + rec(3, 1, "\x00\x00\x00\x00\x00\x00\x00\x00more", 9)
	text := []byte(one + one)
	var a answers
	for range 2 {
		done := false
		for !done {
			e, n, err := a.Next(text)
			if err != nil || n == 0 {
				t.Fatal(n, err)
			}
			text, done = text[n:], e.Done
		}
		if a.content != 0 || a.padding != 0 {
			t.Errorf("%+v", a)
		}
	}
	if len(text) != 0 {
		t.Errorf("%d bytes are left", len(text))
	}
}

// Where the bytes break means nothing, and no more is held than a header.
func FuzzAnswers(f *testing.F) {
	f.Add(rec(6, 1, "hello", 3)+rec(7, 1, "e", 0)+end(0, 0), 3)
	f.Add(rec(42, 0, "what", 1)+end(1, 2), 1)
	f.Add("HTTP/1.1 200 OK\r\n", 2)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if size < 1 || len(text) > 5000 {
			return
		}
		whole := took(text, len(text)+1)
		if size > 15 && strings.HasSuffix(whole, "it holds too much") {
			return
		}
		if got := took(text, size); got != whole {
			t.Errorf("%q whole, %q in pieces of %d", whole, got, size)
		}
	})
}

// What is sent can be read by the rules of the specification.
func TestProtocol_Head(t *testing.T) {
	for name, env := range map[string]string{"small": "x", "128": strings.Repeat("y", 128), "many records": strings.Repeat("z", 200_000)} {
		t.Run(name, func(t *testing.T) {
			v := &gateway.Variables{Env: []string{"OWN=" + env, "LAST=1"}}
			b := Protocol{}.Head([]byte("before"), v, &gateway.About{Request: gatewaytest.Request("GET /a?b"), Name: "/a", Length: -1})
			b, ok := bytes.CutPrefix(b, []byte("before\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00"))
			if !ok {
				t.Fatalf("it begins with %q", b[:32])
			}
			var params []byte
			for {
				size := int(b[4])<<8 | int(b[5])
				if b[0] != 1 || b[1] != typeParams || b[3] != 1 || b[6] != 0 {
					t.Fatalf("%q", b[:8])
				}
				params = append(params, b[8:8+size]...)
				if b = b[8+size:]; size == 0 {
					break
				}
			}
			if len(b) > 0 {
				t.Errorf("%q follows", b)
			}
			if !bytes.Contains(params, []byte("\x0e\x03REQUEST_METHODGET")) || !bytes.HasSuffix(params, []byte("\x04\x01LAST1")) {
				t.Errorf("%.300q", params)
			}
			own := "\x03\x01OWN" + env
			if n := len(env); n >= 128 {
				own = string([]byte{3, 0x80, byte(n >> 16), byte(n >> 8), byte(n)}) + "OWN" + env
			}
			if !bytes.Contains(params, []byte(own)) {
				t.Error("OWN is not there")
			}
		})
	}
}
