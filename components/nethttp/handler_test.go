package nethttp_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

func TestHandler_Conforms(t *testing.T) {
	axontest.Conform(t,
		func() axon.Component {
			return &nethttp.Handler{HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, "hello, ", r.URL.Path)
			})}
		},
		axontest.FeedFunc("inbox", func() []*http1.Request {
			bad := &http1.Request{Method: "GET", Target: "bad%", Major: 1, Minor: 1}
			return []*http1.Request{{Method: "GET", Target: "/a", Path: "/a", Major: 1, Minor: 1}, bad}
		}))
}

func TestHandler_NeedsHTTP(t *testing.T) {
	if err := (&nethttp.Handler{}).Validate(); err == nil {
		t.Error("no error")
	}
}

// A streaming http.Handler whose reader has not come ends with the part.
func TestHandler_ShutdownEndsAWriteThatWaits(t *testing.T) {
	failed := make(chan error, 1)
	h := &nethttp.Handler{HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 32<<10)); err != nil {
				<-r.Context().Done()
				failed <- err
				return
			}
		}
	})}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, &http1.Request{Method: "GET", Target: "/", Major: 1, Minor: 1})
	resp := axontest.Recv(run, &h.Outbox)
	run.Settle()
	run.Shutdown()
	if err := within(t, "end of the handler", failed); !errors.Is(err, axon.ErrShutdown) {
		t.Errorf("write: %v", err)
	}
	if err := run.Wait(); err != nil {
		t.Error(err)
	}
	_ = resp.Stream.Close()
}

// What a http.Handler may write in which way, compared with net/http's own server.
func TestHandler_AnswersAsNetHTTPDoes(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 8<<10)
	cases := map[string]http.HandlerFunc{
		"nothing":            func(http.ResponseWriter, *http.Request) {},
		"text":               func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") },
		"html is sniffed":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<!doctype html><p>") },
		"long":               func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, long) },
		"long with a length": sized(long, len(long)),
		"text with a length": sized("hello", 5),
		"many small writes": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 5000 {
				fmt.Fprintln(w, i)
			}
		},
		"copied": func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, strings.NewReader(long)) },
		"flushed": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "one ")
			w.(http.Flusher).Flush()
			io.WriteString(w, "two")
		},
		"flushed before all": func(w http.ResponseWriter, _ *http.Request) {
			http.NewResponseController(w).Flush()
			io.WriteString(w, "text")
		},
		"no type wanted": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, "text")
		},
		"encoded is not sniffed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "text")
		},
		"header after the head": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.Header().Set("X-Late", "yes")
		},
		"204": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); note(w.Write([]byte("x"))) },
		"304": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"a"`)
			w.WriteHeader(304)
			note(w.Write([]byte("x")))
		},
		"redirect":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/else?a=b", http.StatusFound) },
		"not found": http.NotFound,
		"two cookies": func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
			http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		},
		"line ends in a value": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Two", "a\r\nX-Evil: b") },
		"name that is none":    func(w http.ResponseWriter, _ *http.Request) { w.Header()["a b"] = []string{"c"} },
		"declared trailer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			io.WriteString(w, "text")
			w.Header().Set("X-Sum", "42")
		},
		"trailer by prefix": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "text")
			w.(http.Flusher).Flush()
			w.Header().Set(http.TrailerPrefix+"X-Sum", "42")
		},
		"early hints and the rest": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(201)
			io.WriteString(w, "made")
		},
		"connection close": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			io.WriteString(w, "bye")
		},
	}
	for name, handler := range cases {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			t.Run(name+"/"+method, func(t *testing.T) {
				compare(t, handler, method, "text of the request")
			})
		}
	}
}

func sized(text string, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(n))
		note(io.WriteString(w, text))
	}
}

func note(int, error) {}

// compare sends the same request to a server of ours and to net/http's own.
func compare(t *testing.T, handler http.Handler, method, body string) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	theirs := &http.Server{Handler: handler}
	go theirs.Serve(socket)
	t.Cleanup(func() { theirs.Close() })

	c := client(t)
	var got, want string
	for address, into := range map[string]*string{serve(t, mounted(handler)): &got, socket.Addr().String(): &want} {
		var upload io.Reader
		if method == "POST" {
			upload = strings.NewReader(body)
		}
		resp, text := do(t, c, request(t, method, "http://"+address+"/a/b?c=d", upload))
		*into = picture(resp, text)
	}
	if got != want {
		t.Errorf("we answer\n%s\nnet/http answers\n%s", got, want)
	}
}

// picture is what a client sees of a response.
func picture(resp *http.Response, body string) string {
	var lines []string
	for name, values := range resp.Header {
		if name != "Date" {
			lines = append(lines, fmt.Sprintf("%s: %q", name, values))
		}
	}
	slices.Sort(lines)
	if len(body) > 100 {
		body = fmt.Sprintf("%.20q... %d bytes", body, len(body))
	}
	return fmt.Sprintf("%s length=%d coding=%v close=%v trailer=%v\n%s\n\n%s", resp.Status, resp.ContentLength,
		resp.TransferEncoding, resp.Close, resp.Trailer, strings.Join(lines, "\n"), body)
}

// What a http.Handler is told of the request, compared with net/http's own server.
func TestHandler_TellsWhatNetHTTPTells(t *testing.T) {
	tell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		remote, _, bad := net.SplitHostPort(r.RemoteAddr)
		_, server := r.Context().Value(http.ServerContextKey).(*http.Server)
		r.Host, _, _ = strings.Cut(r.Host, ":")
		r.URL.Host, _, _ = strings.Cut(r.URL.Host, ":")
		fmt.Fprintf(w, "%s %q %#v\n%s %d.%d %q %v\nlength %d %v %v\nbody %q %v trailer %v\n%v %s %v server %v TLS %v",
			r.Method, r.RequestURI, r.URL, r.Proto, r.ProtoMajor, r.ProtoMinor, r.Host, r.Header,
			r.ContentLength, r.TransferEncoding, r.Close, body, err, r.Trailer,
			ok && strings.HasPrefix(local.String(), "127.0.0.1:"), remote, bad, server, r.TLS)
	})
	theirs := &http.Server{Handler: tell}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go theirs.Serve(socket)
	defer theirs.Close()
	ours := serve(t, mounted(tell))
	for _, raw := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /a%2fb/../c//d?x=%41&y HTTP/1.1\r\nHost: h:80\r\naccept: a\r\nAccept: b\r\nX-y: z\r\n\r\n",
		"GET http://other/p?q HTTP/1.1\r\nHost: h\r\n\r\n",
		"OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /old HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n",
		"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
		"DELETE /x HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\nCookie: c=d\r\nAuthorization: Basic YTpi\r\n\r\n",
	} {
		var answers []string
		for _, address := range []string{ours, socket.Addr().String()} {
			c := dial(t, address)
			io.WriteString(c, raw)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			text, _ := io.ReadAll(resp.Body)
			answers = append(answers, string(text))
		}
		if answers[0] != answers[1] {
			t.Errorf("%q\nours:\n%s\nnet/http's:\n%s", raw, answers[0], answers[1])
		}
	}
}
