package httpcache_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/compress"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/httpcache"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// start runs a server until the function it returns is called.
func start(mounts ...pipelines.Mount) (addr string, stop func(), err error) {
	site := &pipelines.Site{Server: pipelines.Server{Mounts: mounts}}
	if err := site.Listen("127.0.0.1:0"); err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- site.Run(ctx) }()
	return site.Sockets[0].Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			log.Print(err)
		}
	}, nil
}

// cached puts a cache in front of a handler, with compression within.
func cached(store *httpcache.Store, handler func() http1.HandlerPart) pipelines.Mount {
	press := new(compress.Press)
	return pipelines.Mount{
		Path: "/", Name: "HANDLER", Handler: handler,
		Before: []pipelines.Before{
			{Name: "CACHE", Filter: func() http1.RequestFilterPart { return &httpcache.Lookup{Store: store} }},
			{Name: "TAGS", Filter: func() http1.RequestFilterPart { return &compress.Tags{Press: press} }},
		},
		After: []pipelines.After{
			{Name: "COMPRESS", Filter: func() http1.ResponseFilterPart { return &compress.Encoder{Press: press} }},
			{Name: "STORE", Filter: func() http1.ResponseFilterPart { return &httpcache.Keeper{Store: store} }},
		},
	}
}

func answering(f func(req *http1.Request) (*http1.Response, error)) func() http1.HandlerPart {
	return func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) { return f(req) }}
	}
}

func ask(t testing.TB, url string, fields ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func serve(t *testing.T, mounts ...pipelines.Mount) (url string) {
	t.Helper()
	axontest.NoLeak(t)
	addr, stop, err := start(mounts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return "http://" + addr
}

// What is coded is kept coded, one for each coding, with validators that differ.
func TestSite_Coded(t *testing.T) {
	var asked atomic.Int32
	store := &httpcache.Store{Name: "here"}
	body := strings.Repeat("a line of text\n", 200)
	url := serve(t, cached(store, answering(func(req *http1.Request) (*http1.Response, error) {
		asked.Add(1)
		resp := http1.Text(req, 200, body)
		resp.Header.Add("Cache-Control", "max-age=60")
		resp.Header.Add("ETag", `"v1"`)
		return resp, nil
	})))
	for _, accept := range []string{"gzip", "zstd", "identity"} {
		first, one := ask(t, url, "Accept-Encoding", accept)
		again, two := ask(t, url, "Accept-Encoding", accept)
		if one != two || first.Header.Get("ETag") != again.Header.Get("ETag") || again.Header.Get("Age") == "" ||
			again.Header.Get("Content-Encoding") != first.Header.Get("Content-Encoding") || again.Header.Get("Date") != first.Header.Get("Date") {
			t.Errorf("%s: %v, then %v", accept, first.Header, again.Header)
		}
		has, _ := ask(t, url, "Accept-Encoding", accept, "If-None-Match", first.Header.Get("ETag"))
		if has.StatusCode != 304 {
			t.Errorf("%s: %d", accept, has.StatusCode)
		}
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("the handler was asked %d times", n)
	}
	if _, got := ask(t, url, "Accept-Encoding", "identity", "Range", "bytes=2-5"); got != "line" {
		t.Errorf("a range: %q", got)
	}
}

// Many clients at once ask the handler once.
func TestSite_Collapse(t *testing.T) {
	var asked atomic.Int32
	release := make(chan struct{})
	url := serve(t, cached(new(httpcache.Store), answering(func(req *http1.Request) (*http1.Response, error) {
		if asked.Add(1) == 1 {
			<-release
		}
		resp := http1.Text(req, 200, "hello")
		resp.Header.Add("Cache-Control", "max-age=60")
		return resp, nil
	})))
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if resp, body := ask(t, url); resp.StatusCode != 200 || body != "hello" {
				t.Errorf("%d %q", resp.StatusCode, body)
			}
		})
	}
	close(release)
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("the handler was asked %d times", n)
	}
}

// A stale answer leaves at once, even on a connection that ends with it; the
// handler is asked meanwhile.
func TestSite_StaleWhileRevalidate(t *testing.T) {
	var asked atomic.Int32
	store := new(httpcache.Store)
	url := serve(t, cached(store, answering(func(req *http1.Request) (*http1.Response, error) {
		resp := http1.Text(req, 200, fmt.Sprint("version ", asked.Add(1)))
		resp.Header.Add("Cache-Control", "max-age=0, stale-while-revalidate=60")
		return resp, nil
	})))
	_, first := ask(t, url)
	_, second := ask(t, url) // with Connection: close
	if first != "version 1" || second != "version 1" {
		t.Errorf("%q, then %q", first, second)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if _, body := ask(t, url); body != "version 1" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the handler is not asked again")
		}
	}
}

// A failure of the handler is answered with what is kept.
func TestSite_StaleIfError(t *testing.T) {
	var broken atomic.Bool
	url := serve(t, cached(new(httpcache.Store), answering(func(req *http1.Request) (*http1.Response, error) {
		if broken.Load() {
			return nil, errors.New("broken")
		}
		resp := http1.Text(req, 200, "hello")
		resp.Header.Add("Cache-Control", "max-age=0, stale-if-error=60")
		return resp, nil
	})))
	ask(t, url)
	broken.Store(true)
	if resp, body := ask(t, url); resp.StatusCode != 200 || body != "hello" || resp.Header.Get("Age") != "0" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	if resp, _ := ask(t, url+"/other"); resp.StatusCode != 500 {
		t.Errorf("%d", resp.StatusCode)
	}
}

// Streams of a http.Handler, and requests that come together on one connection.
func TestSite_Pipelined(t *testing.T) {
	var asked atomic.Int32
	url := serve(t, cached(new(httpcache.Store), func() http1.HandlerPart {
		return &nethttp.Handler{HTTP: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("Content-Type", "text/plain")
			for i := range 1000 {
				fmt.Fprintf(w, "%s line %d\n", r.URL.Path, i)
				if i%100 == 0 {
					_ = http.NewResponseController(w).Flush()
				}
			}
		})}
	}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	paths := []string{"/a", "/b", "/a", "/a", "/b", "/c", "/a"}
	for _, path := range paths {
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
	}
	r := bufio.NewReader(conn)
	for i, path := range paths {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || !strings.HasPrefix(string(b), path+" line 0\n") || strings.Count(string(b), "\n") != 1000 {
			t.Errorf("%d: %s gets %d bytes, %v", i, path, len(b), err)
		}
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("the handler was asked %d times", n)
	}
}

// A handler that takes its time is asked once a minute.
func Example() {
	var asked atomic.Int32
	store := &httpcache.Store{Name: "site"} // shared by all connections
	addr, stop, err := start(pipelines.Mount{
		Path: "/", Name: "SLOW",
		Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				asked.Add(1)
				resp := http1.Text(req, 200, "42")
				resp.Header.Add("Cache-Control", "max-age=60")
				return resp, nil
			}}
		},
		Before: []pipelines.Before{{Name: "CACHE", Filter: func() http1.RequestFilterPart { return &httpcache.Lookup{Store: store} }}},
		After:  []pipelines.After{{Name: "STORE", Filter: func() http1.ResponseFilterPart { return &httpcache.Keeper{Store: store} }}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 3 {
		resp, err := client.Get("http://" + addr + "/answer")
		if err != nil {
			log.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		word, _, _ := strings.Cut(resp.Header.Get("Cache-Status"), "; ttl")
		fmt.Printf("%s, %s\n", body, word)
	}
	fmt.Println("asked", asked.Load())
	// Output:
	// 42, site; fwd=uri-miss; stored
	// 42, site; hit
	// 42, site; hit
	// asked 1
}
