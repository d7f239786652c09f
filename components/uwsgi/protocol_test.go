package uwsgi

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// open opens an Upstream that speaks as the test says, until its end, when nothing
// is left of the requests.
func open(t testing.TB, u *gateway.Upstream, speak func(conn net.Conn, in *bufio.Reader, vars map[string]string)) *gateway.Upstream {
	t.Helper()
	u.Address = gatewaytest.Listen(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		if vars, err := packet(in); err == nil {
			speak(conn, in, vars)
		}
	})
	return gatewaytest.Open(t, u, func() (running, waiting int) { return u.Gate.Load() })
}

// packet reads a packet of variables.
func packet(in io.Reader) (map[string]string, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return nil, err
	}
	if header[0] != 0 || header[3] != 0 {
		return nil, fmt.Errorf("modifiers %d and %d", header[0], header[3])
	}
	b := make([]byte, binary.LittleEndian.Uint16(header[1:]))
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, err
	}
	var words []string
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(binary.LittleEndian.Uint16(b)) {
			return nil, errors.New("a word that is cut off")
		}
		n := 2 + int(binary.LittleEndian.Uint16(b))
		words, b = append(words, string(b[2:n])), b[n:]
	}
	if len(words)%2 != 0 {
		return nil, errors.New("a name without a value")
	}
	vars := map[string]string{}
	for i := 0; i < len(words); i += 2 {
		if _, twice := vars[words[i]]; twice {
			return nil, fmt.Errorf("%s is there twice", words[i])
		}
		vars[words[i]] = words[i+1]
	}
	return vars, nil
}

func TestProtocol_Head(t *testing.T) {
	v := &gateway.Variables{Env: []string{"MINE=1", "EMPTY="}}
	b := Protocol{}.Head([]byte("before"), v, &gateway.About{Request: gatewaytest.Request("GET /a?b"), Length: 42})
	in := strings.NewReader(strings.TrimPrefix(string(b), "before"))
	vars, err := packet(in)
	if err != nil || in.Len() != 0 || vars["MINE"] != "1" || vars["EMPTY"] != "" || vars["QUERY_STRING"] != "b" || vars["CONTENT_LENGTH"] != "42" {
		t.Errorf("%v %v, %d bytes follow", vars, err, in.Len())
	}
	for _, size := range []int{65_000, 65_600, 200_000} {
		v.Env = []string{"LONG=" + strings.Repeat("x", size)}
		if b := (Protocol{}).Head(nil, v, &gateway.About{Request: gatewaytest.Request("GET /a?b"), Length: -1}); (b == nil) != (size > 65_535) {
			t.Errorf("%d bytes: a packet of %d", size, len(b))
		}
	}
}

// FuzzProtocol_Head: whatever is in a request, the packet says just that.
func FuzzProtocol_Head(f *testing.F) {
	f.Add("/a", "b=c", "X-Field", "value")
	f.Add("/%00", "\x00", "Cookie", "\xff")
	f.Fuzz(func(t *testing.T, path, query, name, value string) {
		req := &http1.Request{Method: "GET", Path: path, Query: query, Major: 1, Minor: 1, Header: http1.Header{{Name: name, Value: value}}}
		about := &gateway.About{Request: req, Name: "", Info: path, Length: -1}
		want := map[string]string{}
		v := &gateway.Variables{}
		v.Each(about, func(name, value string) { want[name] = value })
		b := Protocol{}.Head(nil, v, about)
		if b == nil {
			return
		}
		in := strings.NewReader(string(b))
		got, err := packet(in)
		if err != nil || in.Len() > 0 || len(got) != len(want) {
			t.Fatalf("%v, %d bytes follow: %v, want %v", err, in.Len(), got, want)
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s is %q, want %q", name, got[name], want[name])
			}
		}
	})
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"

func TestHandler(t *testing.T) {
	body := strings.Repeat("x", 300_000)
	for _, c := range []struct {
		name  string
		req   *http1.Request
		speak func(conn net.Conn, in *bufio.Reader)
		want  string
		cause error
	}{
		{"well", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, head+"hello") }, "200 OK: hello", nil},
		{"in pieces", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {
			for _, b := range []byte(head + "hello") {
				_, _ = conn.Write([]byte{b})
			}
		}, "200 OK: hello", nil},
		{"a status", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, "HTTP/1.0 404 Not Here\r\n\r\nnone") }, "404 Not Here: none", nil},
		{"a Location is no local redirect", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
		}, "302 Found: ", nil},
		{"no status line", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, "Content-Type: text/plain\r\n\r\nhello") }, "failure 502", nil},
		{"nothing", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) {}, "failure 502", gateway.ErrSilent},
		{"the body", gatewaytest.Request("POST /s", body), func(conn net.Conn, in *bufio.Reader) {
			n, _ := io.CopyN(io.Discard, in, int64(len(body)))
			fmt.Fprint(conn, head, n)
		}, "200 OK: 300000", nil},
		{"silent", gatewaytest.Request("GET /s"), func(conn net.Conn, in *bufio.Reader) { io.Copy(io.Discard, in) }, "failure 504", gateway.ErrFirst},
		{"too much to tell", gatewaytest.Request("GET /s", "X-Long: "+strings.Repeat("x", 70_000)), func(conn net.Conn, in *bufio.Reader) { io.WriteString(conn, head) }, "failure 431", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			axontest.NoLeak(t)
			first := time.Minute
			if c.name == "silent" {
				first = 300 * time.Millisecond
			}
			u := open(t, &gateway.Upstream{Limits: gateway.Limits{First: first}}, func(conn net.Conn, in *bufio.Reader, _ map[string]string) { c.speak(conn, in) })
			a := gatewaytest.Ask(t, &gateway.Handler{Protocol: Protocol{}, Upstream: u}, c.req)
			if got := a.Said(); got != c.want || c.cause != nil && !errors.Is(a.Fail, c.cause) {
				t.Errorf("%s, want %s: %v", got, c.want, a.Fail)
			}
		})
	}
}

func TestHandler_Conform(t *testing.T) {
	u := open(t, &gateway.Upstream{}, func(conn net.Conn, in *bufio.Reader, vars map[string]string) {
		var n int64
		fmt.Sscan(vars["CONTENT_LENGTH"], &n)
		_, _ = io.CopyN(io.Discard, in, n)
		io.WriteString(conn, head+"hello")
	})
	axontest.Conform(t, func() axon.Component { return &gateway.Handler{Protocol: Protocol{}, Upstream: u, Prefix: "/app"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{gatewaytest.Request("GET /app/a"), gatewaytest.Request("POST /app/x", string(make([]byte, 100_000)))}
		}))
}
