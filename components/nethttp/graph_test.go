package nethttp_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestGraph_Answers(t *testing.T) {
	a := newApplication(t)
	g := a.graph(t)
	address := server(t, g)
	for _, x := range []struct {
		method, target string
		status         int
		body           string
	}{
		{"GET", "/", 200, "<p>hello"},
		{"HEAD", "/", 200, ""},
		{"GET", "/large.txt", 200, string(a.large)},
		{"HEAD", "/large.txt", 200, ""},
		{"GET", "/none", 404, `{"status":404,"stage":"FILES"}`},
		{"POST", "/", 405, `{"status":405,"stage":"ROUTER"}`},
		{"BREW", "/", 501, `{"status":501,"stage":"ROUTER"}`},
		{"GET", "/panic", 500, `{"status":500,"stage":"PANIC"}`},
		{"GET", "/unfit", 500, `{"status":500,"stage":"SINK"}`},
		{"GET", "/%00", 400, `{"status":400,"stage":"SOURCE"}`},
		{"GET", "/app/panic", 404, "404 page not found\n"},
		{"POST", "/echo", 200, "sent"},
		{"POST", "/read", 200, "sent"},
		{"POST", "/deaf", 403, "I do not read"},
	} {
		for range 2 {
			t.Run(x.method+" "+x.target, func(t *testing.T) {
				upload := func() io.Reader {
					if x.method != "POST" {
						return nil
					}
					return strings.NewReader("sent")
				}
				resp, body := do(t, client(t), request(t, x.method, "http://"+address+x.target, upload()))
				if resp.StatusCode != x.status || body != x.body {
					t.Errorf("%s %v %.60q", resp.Status, resp.Header, body)
				}
				rec := httptest.NewRecorder()
				g.ServeHTTP(rec, httptest.NewRequest(x.method, x.target, upload()))
				if rec.Code != x.status || rec.Body.String() != x.body {
					t.Errorf("recorder: %d %v %.60q", rec.Code, rec.Header(), rec.Body)
				}
			})
		}
	}
}

func TestGraph_File(t *testing.T) {
	address := server(t, newApplication(t).graph(t))
	resp, _ := get(t, address, "/large.txt")
	if resp.ContentLength != 300<<10 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %v", resp.ContentLength, resp.Header)
	}
	again := request(t, "GET", "http://"+address+"/large.txt", nil)
	again.Header.Set("If-None-Match", resp.Header.Get("ETag"))
	if resp, body := do(t, client(t), again); resp.StatusCode != 304 || body != "" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
}

// What comes from a handler leaves at once, and what comes from the client too.
func TestGraph_Streams(t *testing.T) {
	a := newApplication(t)
	address := server(t, a.graph(t))
	t.Run("down", func(t *testing.T) {
		resp, err := client(t).Do(request(t, "GET", "http://"+address+"/ticks", nil))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		lines := bufio.NewReader(resp.Body)
		for i := range 3 {
			a.ask <- fmt.Sprint("line ", i)
			if line, err := lines.ReadString('\n'); line != fmt.Sprintf("line %d\n", i) {
				t.Fatalf("%q %v", line, err)
			}
		}
		close(a.ask)
		if _, err := lines.ReadByte(); err != io.EOF || resp.Trailer.Get("X-Sum") != "42" {
			t.Errorf("%v, trailer %v", err, resp.Trailer)
		}
		if err := within(t, "end", a.ended); err != io.EOF {
			t.Error(err)
		}
	})
	t.Run("both ways", func(t *testing.T) {
		pr, pw := io.Pipe()
		go io.WriteString(pw, "first")
		resp, err := client(t).Do(request(t, "POST", "http://"+address+"/echo", pr))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for _, word := range []string{"first", "second", "third"} {
			if word != "first" {
				io.WriteString(pw, word)
			}
			got := make([]byte, len(word))
			if _, err := io.ReadFull(resp.Body, got); string(got) != word {
				t.Fatalf("%q %v", got, err)
			}
		}
		pw.Close()
		if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
			t.Errorf("%q %v", rest, err)
		}
	})
	t.Run("large", func(t *testing.T) {
		sent := noise(4 << 20)
		_, body := do(t, client(t), request(t, "POST", "http://"+address+"/echo", bytes.NewReader(sent)))
		if body != string(sent) {
			t.Errorf("%d bytes", len(body))
		}
	})
}

func TestGraph_ClientLeavesAStream(t *testing.T) {
	a := newApplication(t)
	c := dial(t, server(t, a.graph(t)))
	io.WriteString(c, "GET /ticks HTTP/1.1\r\nHost: h\r\n\r\n")
	a.ask <- "one"
	if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := within(t, "end", a.ended); !errors.Is(err, http1.ErrAbandoned) {
		t.Error(err)
	}
}
