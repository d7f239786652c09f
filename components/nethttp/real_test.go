package nethttp_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// noise returns n bytes that no compression and no mistake in order survives.
func noise(n int) []byte {
	b := make([]byte, 0, n+32)
	for sum := sha256.Sum256(nil); len(b) < n; sum = sha256.Sum256(sum[:]) {
		b = append(b, sum[:]...)
	}
	return b[:n]
}

// backend is what the reverse proxy stands before: net/http's own server.
func backend(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
		w.Header().Set("X-Forwarded", r.Header.Get("X-Forwarded-For"))
		w.Header().Set("Trailer", "X-Sum")
		http.NewResponseController(w).EnableFullDuplex()
		sum := sha256.New()
		flush := http.NewResponseController(w).Flush
		buf := make([]byte, 16<<10)
		for {
			n, err := r.Body.Read(buf)
			sum.Write(buf[:n])
			w.Write(buf[:n])
			flush()
			if err != nil {
				break
			}
		}
		w.Header().Set("X-Sum", fmt.Sprintf("%x", sum.Sum(nil)[:4]))
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { w.Write(noise(3 << 20)) })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "a part")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	target, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	quiet := log.New(io.Discard, "", 0) // a backend that breaks off is to be
	return &httputil.ReverseProxy{Transport: tr, ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.SetXForwarded() }}
}

func TestReverseProxy(t *testing.T) {
	address := serve(t, mounted(backend(t)))
	t.Run("large answer", func(t *testing.T) {
		if resp, body := get(t, address, "/large"); body != string(noise(3<<20)) {
			t.Errorf("%s, %d bytes", resp.Status, len(body))
		}
	})
	t.Run("large both ways, with trailers", func(t *testing.T) {
		sent := noise(3 << 20)
		req := request(t, "POST", "http://"+address+"/echo", io.MultiReader(bytes.NewReader(sent)))
		resp, body := do(t, client(t), req)
		sum := sha256.Sum256(sent)
		if want := fmt.Sprintf("%x", sum[:4]); body != string(sent) || resp.Trailer.Get("X-Sum") != want {
			t.Errorf("%s, %d bytes, trailer %v, want %s", resp.Status, len(body), resp.Trailer, want)
		}
		if resp.Header.Get("X-Forwarded") != "127.0.0.1" {
			t.Errorf("forwarded for %q", resp.Header.Get("X-Forwarded"))
		}
	})
	t.Run("each word is answered before the next is sent", func(t *testing.T) {
		pr, pw := io.Pipe()
		answer := make(chan *http.Response, 1)
		go func() {
			defer close(answer)
			if resp, err := client(t).Do(request(t, "POST", "http://"+address+"/echo", pr)); err == nil {
				answer <- resp
			}
		}()
		io.WriteString(pw, "first")
		resp := within(t, "answer", answer)
		if resp == nil {
			t.Fatal("no answer")
		}
		defer resp.Body.Close()
		for _, word := range []string{"first", "second", "third"} {
			if word != "first" {
				io.WriteString(pw, word)
			}
			got := make([]byte, len(word))
			if _, err := io.ReadFull(resp.Body, got); string(got) != word {
				t.Fatalf("%q, %v; want %q", got, err, word)
			}
		}
		pw.Close()
		if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
	})
	t.Run("a backend that breaks off", func(t *testing.T) {
		resp, err := client(t).Do(request(t, "GET", "http://"+address+"/broken", nil))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); string(body) != "a part" || err == nil {
			t.Errorf("%q, %v", body, err)
		}
	})
	t.Run("a client that leaves", func(t *testing.T) {
		c := dial(t, address)
		io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
		c.Close() // the server's end tells that the proxy has noticed
	})
}

func TestFileServerFS(t *testing.T) {
	page := string(noise(100 << 10))
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	root := fstest.MapFS{
		"page.bin":       {Data: []byte(page), ModTime: at},
		"sub/index.html": {Data: []byte("<p>index"), ModTime: at},
	}
	address := serve(t, mounted(http.FileServerFS(root)))
	stamp := at.Format(http.TimeFormat)
	for _, x := range []struct {
		name, method, path, field, value string
		status                           int
		length                           int64
		body                             string
	}{
		{"whole", "GET", "/page.bin", "", "", 200, 100 << 10, page},
		{"head", "HEAD", "/page.bin", "", "", 200, 100 << 10, ""},
		{"range", "GET", "/page.bin", "Range", "bytes=1000-90999", 206, 90000, page[1000:91000]},
		{"tail", "GET", "/page.bin", "Range", "bytes=-5", 206, 5, page[len(page)-5:]},
		{"out of range", "GET", "/page.bin", "Range", "bytes=999999-", 416, 33, "invalid range: failed to overlap\n"},
		{"not modified", "GET", "/page.bin", "If-Modified-Since", stamp, 304, 0, ""},
		{"index", "GET", "/sub/", "", "", 200, 8, "<p>index"},
		{"directory", "GET", "/sub", "", "", 301, 0, ""},
		{"missing", "GET", "/none", "", "", 404, 19, "404 page not found\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			req := request(t, x.method, "http://"+address+x.path, nil)
			if x.field != "" {
				req.Header.Set(x.field, x.value)
			}
			resp, body := do(t, client(t), req)
			if resp.StatusCode != x.status || body != x.body || x.length > 0 && resp.ContentLength != x.length {
				t.Errorf("%s, length %d, body of %d: %.40q", resp.Status, resp.ContentLength, len(body), body)
			}
		})
	}
	t.Run("two ranges", func(t *testing.T) {
		req := request(t, "GET", "http://"+address+"/page.bin", nil)
		req.Header.Set("Range", "bytes=0-9,20-29")
		resp, body := do(t, client(t), req)
		if resp.StatusCode != 206 || !strings.Contains(body, page[:10]) || !strings.Contains(body, page[20:30]) {
			t.Errorf("%s %v %q", resp.Status, resp.Header, body)
		}
	})
}

// Each event comes before the next one is sent, and the client's leaving ends the
// handler though it has nothing to say.
func TestServerSentEvents(t *testing.T) {
	events, ended := make(chan string), make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(200)
		control := http.NewResponseController(w)
		control.Flush()
		for {
			select {
			case text := <-events:
				fmt.Fprintf(w, "data: %s\n\n", text)
				if err := control.Flush(); err != nil {
					ended <- err
					return
				}
			case <-r.Context().Done():
				ended <- r.Context().Err()
				return
			}
		}
	})
	for _, head := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
	} {
		t.Run(head[6:14]+" "+strings.TrimSpace(head[min(len(head)-4, 25):]), func(t *testing.T) {
			c := dial(t, serve(t, mounted(handler)))
			io.WriteString(c, head)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(resp.Body)
			for i := range 5 {
				events <- fmt.Sprint("event ", i)
				line, err := lines.ReadString('\n')
				if want := fmt.Sprintf("data: event %d\n", i); line != want {
					t.Fatalf("%q, %v; want %q", line, err, want)
				}
				lines.ReadString('\n')
			}
			c.Close()
			within(t, "end of the handler", ended)
		})
	}
}

func TestTimeoutHandler(t *testing.T) {
	started := make(chan struct{}, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started <- struct{}{}
		<-r.Context().Done()
		io.WriteString(w, "too late")
	})
	mux := http.NewServeMux()
	mux.Handle("/slow", http.TimeoutHandler(slow, time.Millisecond, "took too long"))
	mux.HandleFunc("/fast/{name}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello "+r.PathValue("name")) })
	address := serve(t, mounted(mux))
	if resp, body := get(t, address, "/slow"); resp.StatusCode != 503 || body != "took too long" {
		t.Errorf("%s %q", resp.Status, body)
	}
	within(t, "slow handler", started)
	if resp, body := get(t, address, "/fast/you"); body != "hello you" {
		t.Errorf("%s %q", resp.Status, body)
	}
	if resp, _ := get(t, address, "/fast/../fast/you"); resp.StatusCode != 301 && resp.StatusCode != 307 {
		t.Errorf("ServeMux and a path with dots: %s", resp.Status)
	}
	if resp, _ := get(t, address, "/none"); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

func TestMaxBytesHandler(t *testing.T) {
	address := serve(t, mounted(http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			http.Error(w, tooLarge.Error(), http.StatusRequestEntityTooLarge)
		}
	}), 1000)))
	for n, status := range map[int]int{1000: 200, 1001: 413, 100 << 10: 413} {
		resp, body := do(t, client(t), request(t, "POST", "http://"+address+"/", bytes.NewReader(noise(n))))
		if resp.StatusCode != status {
			t.Errorf("%d bytes: %s %q", n, resp.Status, body)
		}
	}
}

// A large upload that nobody reads does not keep the answer back.
func TestUploadUnread(t *testing.T) {
	address := serve(t, mounted(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusForbidden)
	})))
	for _, n := range []int{1000, 200 << 10, 8 << 20} {
		resp, err := client(t).Do(request(t, "POST", "http://"+address+"/", bytes.NewReader(noise(n))))
		if err != nil {
			t.Errorf("%d bytes: %v", n, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%d bytes: %s", n, resp.Status)
		}
	}
}

// A body that the client holds back until it is asked for.
func TestExpectContinue(t *testing.T) {
	address := serve(t, mounted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			io.Copy(w, r.Body)
		}
	})))
	for path, want := range map[string]string{"/read": "HTTP/1.1 100 Continue\r\n", "/leave": "HTTP/1.1 200 OK\r\n"} {
		c := dial(t, address)
		io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		r := bufio.NewReader(c)
		if line, err := r.ReadString('\n'); line != want {
			t.Errorf("%s: %q %v", path, line, err)
		}
		if path == "/read" {
			r.ReadString('\n')
			io.WriteString(c, "hello")
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); string(body) != "hello" {
				t.Errorf("%s %q %v %v", resp.Status, body, err, resp.Header)
			}
		}
	}
}
