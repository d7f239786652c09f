package compress_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/compress"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
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

// mounted serves a tree with compression.
func mounted(tree *files.Tree, press *compress.Press) pipelines.Mount {
	return pipelines.Mount{
		Path: "/", Name: "FILES", Rest: true,
		Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} },
		Before:  []pipelines.Before{{Name: "TAGS", Filter: func() http1.RequestFilterPart { return &compress.Tags{Press: press} }}},
		After:   []pipelines.After{{Name: "COMPRESS", Filter: func() http1.ResponseFilterPart { return &compress.Encoder{Press: press} }}},
	}
}

const line = "In April 2007 a task was opened to make the web server a general one.\n"

// tree is a directory with files that have rested.
func tree(dir string) (*files.Tree, error) {
	for name, n := range map[string]int{"page.html": 100, "small.txt": 1, "large.txt": 10_000, "image.png": 100} {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(strings.Repeat(line, n)), 0o644); err != nil {
			return nil, err
		}
	}
	t := &files.Tree{Dir: dir}
	return t, t.Open()
}

// client does not ask for gzip by itself, nor undo it.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
}

// ask sends a request with fields, and reads the answer.
func ask(t testing.TB, method, url string, fields ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	resp, err := client().Do(req)
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

func unzip(t testing.TB, s string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Through a whole server: from 200 in gzip to 304 by the tag that came with it.
func TestSite(t *testing.T) {
	tr, err := tree(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	addr, stop, err := start(mounted(tr, new(compress.Press)))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for name, n := range map[string]int{"page.html": 100, "large.txt": 10_000} {
		t.Run(name, func(t *testing.T) {
			url := "http://" + addr + "/" + name
			plain, body := ask(t, "GET", url)
			if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" || body != strings.Repeat(line, n) {
				t.Errorf("without: %v", plain.Header)
			}
			coded, body := ask(t, "GET", url, "Accept-Encoding", "gzip")
			tag := coded.Header.Get("ETag")
			if coded.StatusCode != 200 || coded.Header.Get("Content-Encoding") != "gzip" || unzip(t, body) != strings.Repeat(line, n) ||
				tag == plain.Header.Get("ETag") || coded.Header.Get("Accept-Ranges") != "" {
				t.Errorf("%d %v", coded.StatusCode, coded.Header)
			}
			head, _ := ask(t, "HEAD", url, "Accept-Encoding", "gzip")
			for _, f := range []string{"Content-Encoding", "ETag", "Vary", "Content-Type", "Content-Length", "Last-Modified"} {
				if head.Header.Get(f) != coded.Header.Get(f) {
					t.Errorf("HEAD has %s %q, GET %q", f, head.Header.Get(f), coded.Header.Get(f))
				}
			}
			again, body := ask(t, "GET", url, "Accept-Encoding", "gzip", "If-None-Match", tag)
			if again.StatusCode != 304 || body != "" || again.Header.Get("ETag") != tag || again.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("again: %d %v", again.StatusCode, again.Header)
			}
			zstd, _ := ask(t, "GET", url, "Accept-Encoding", "zstd", "If-None-Match", tag)
			if zstd.StatusCode != 200 || zstd.Header.Get("Content-Encoding") != "zstd" || zstd.Header.Get("ETag") == tag {
				t.Errorf("another coding: %d %v", zstd.StatusCode, zstd.Header)
			}
			if !strings.HasPrefix(tag, "W/") { // a file that was just written has a weak one
				match, _ := ask(t, "GET", url, "Accept-Encoding", "gzip", "If-Match", tag)
				if match.StatusCode != 200 {
					t.Errorf("If-Match: %d", match.StatusCode)
				}
			}
		})
	}
	for _, name := range []string{"small.txt", "image.png"} {
		if resp, _ := ask(t, "GET", "http://"+addr+"/"+name, "Accept-Encoding", "gzip"); resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Vary") != "" {
			t.Errorf("%s: %v", name, resp.Header)
		}
	}
}

// Events arrive when they are said, though they are coded.
func TestSite_Events(t *testing.T) {
	events := http1.NewBody(0)
	addr, stop, err := start(pipelines.Mount{
		Path: "/", Name: "EVENTS",
		Handler: func() http1.HandlerPart {
			return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
				return &http1.Response{Status: 200, Header: http1.Header{{Name: "Content-Type", Value: "text/event-stream"}}, Stream: events}, nil
			}}
		},
		After: []pipelines.After{{Name: "COMPRESS", Filter: func() http1.ResponseFilterPart { return &compress.Encoder{Press: new(compress.Press)} }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v %v", err, resp)
	}
	var lines *bufio.Reader
	for i := range 5 {
		want := fmt.Sprintf("data: %d\n", i)
		if _, err := events.Write(t.Context(), []byte(want)); err != nil {
			t.Fatal(err)
		}
		if lines == nil {
			z, err := gzip.NewReader(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			lines = bufio.NewReader(z)
		}
		if got, err := lines.ReadString('\n'); got != want {
			t.Fatalf("%q, %v", got, err)
		}
	}
	events.CloseWrite(nil)
	if b, err := io.ReadAll(lines); err != nil || len(b) != 0 {
		t.Errorf("then %q, %v", b, err)
	}
}

// A site whose texts are compressed.
func Example() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	tr, err := tree(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer tr.Close()

	press := &compress.Press{Codings: []string{"gzip"}} // shared by all connections
	addr, stop, err := start(pipelines.Mount{
		Path: "/", Name: "FILES",
		Handler: func() http1.HandlerPart { return &files.Reader{Tree: tr} },
		After: []pipelines.After{{
			Name:   "COMPRESS",
			Filter: func() http1.ResponseFilterPart { return &compress.Encoder{Press: press} },
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	for _, name := range []string{"page.html", "small.txt", "image.png"} {
		req, _ := http.NewRequest("GET", "http://"+addr+"/"+name, nil)
		req.Header.Set("Accept-Encoding", "gzip, br")
		resp, err := client().Do(req)
		if err != nil {
			log.Fatal(err)
		}
		resp.Body.Close()
		fmt.Printf("%s: %q, Vary %q\n", name, resp.Header.Get("Content-Encoding"), resp.Header.Get("Vary"))
	}
	// Output:
	// page.html: "gzip", Vary "Accept-Encoding"
	// small.txt: "", Vary ""
	// image.png: "", Vary ""
}

// What a request costs, by one client after the other, without a filter and with.
func BenchmarkSite(b *testing.B) {
	tr, err := tree(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer tr.Close()
	with := mounted(tr, new(compress.Press))
	without := with
	without.Before, without.After = nil, nil
	alone := with
	alone.Before = nil
	for _, c := range []struct {
		name, accept string
		mount        pipelines.Mount
	}{
		{"no filter", "gzip", without},
		{"COMPRESS, not accepted", "identity", alone},
		{"COMPRESS, gzip", "gzip", alone},
		{"COMPRESS and TAGS, gzip", "gzip", with},
	} {
		b.Run(c.name, func(b *testing.B) {
			addr, stop, err := start(c.mount)
			if err != nil {
				b.Fatal(err)
			}
			defer stop()
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			for b.Loop() {
				fmt.Fprintf(conn, "GET /page.html HTTP/1.1\r\nHost: a\r\nAccept-Encoding: %s\r\n\r\n", c.accept)
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A range is one of the file, whatever the client accepts; one of what was coded
// is never given.
func TestSite_Ranges(t *testing.T) {
	dir := t.TempDir()
	if _, err := tree(dir); err != nil {
		t.Fatal(err)
	}
	tr := &files.Tree{FS: os.DirFS(dir), Fixed: true} // its tags are strong at once
	if err := tr.Open(); err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	addr, stop, err := start(mounted(tr, new(compress.Press)))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	url := "http://" + addr + "/page.html"
	plain, _ := ask(t, "GET", url)
	coded, _ := ask(t, "GET", url, "Accept-Encoding", "gzip")
	for name, c := range map[string]struct {
		ifRange string
		status  int
		coding  string
	}{
		"a range":              {"", 206, ""},
		"of the file's tag":    {plain.Header.Get("ETag"), 206, ""},
		"of the coded one's":   {coded.Header.Get("ETag"), 200, "gzip"},
		"of something unknown": {`"x"`, 200, "gzip"},
	} {
		fields := []string{"Accept-Encoding", "gzip", "Range", "bytes=0-9"}
		if c.ifRange != "" {
			fields = append(fields, "If-Range", c.ifRange)
		}
		resp, body := ask(t, "GET", url, fields...)
		if resp.StatusCode != c.status || resp.Header.Get("Content-Encoding") != c.coding || !strings.Contains(resp.Header.Get("Vary"), "Accept-Encoding") ||
			c.status == 206 && body != line[:10] {
			t.Errorf("%s: %d %v", name, resp.StatusCode, resp.Header)
		}
	}
}
