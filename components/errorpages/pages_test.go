package errorpages_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/errorpages"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// tree has the pages 404.html and oops.html, and big.html, which is not kept in
// memory.
func tree(t testing.TB) *files.Tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"404.html": "<h1>nothing here</h1>", "oops.html": "<h1>oops</h1>", "big.html": strings.Repeat("big ", 100), "teapot.txt": "short and stout",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree := &files.Tree{Dir: dir, Small: 64}
	if err := tree.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func book(t testing.TB, pages map[string]string) *errorpages.Book {
	t.Helper()
	b, err := errorpages.NewBook(pages)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func failure(status int) *http1.Failure {
	return &http1.Failure{Status: status, Stage: "FILES", Cause: errors.New("the cause"), Request: &http1.Request{Method: "GET", Path: "/"}}
}

func TestPages_Conform(t *testing.T) {
	pages, all := tree(t), book(t, map[string]string{"404": "/404.html"})
	axontest.Conform(t, func() axon.Component { return &errorpages.Pages{Tree: pages, Book: all} },
		axontest.FeedFunc("inbox", func() []*http1.Failure { return []*http1.Failure{failure(404), failure(500)} }))
}

func TestPages(t *testing.T) {
	all := map[string]string{"404": "/404.html", "4xx": "/missing.html", "5xx": "/oops.html", "503": "/big.html", "418": "/teapot.txt"}
	for name, tc := range map[string]struct {
		status int
		debug  bool
		body   string
		typ    string
	}{
		"its own":              {404, false, "<h1>nothing here</h1>", "text/html; charset=utf-8"},
		"its class":            {500, false, "<h1>oops</h1>", "text/html; charset=utf-8"},
		"before its class":     {503, false, strings.Repeat("big ", 100), "text/html; charset=utf-8"},
		"another type":         {418, false, "short and stout", "text/plain; charset=utf-8"},
		"a page that is gone":  {403, false, "Forbidden\n", "text/plain; charset=utf-8"},
		"the cause is shown":   {404, true, "the cause", "text/html; charset=utf-8"},
		"no status of failure": {700, false, "Internal Server Error\n", "text/plain; charset=utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &errorpages.Pages{Tree: tree(t), Book: book(t, all), Debug: tc.debug}
			h := axontest.Run(t, p)
			f := failure(tc.status)
			axontest.Send(h, &p.Inbox, f)
			resp := axontest.Recv(h, &p.Outbox)
			body := resp.Bytes
			if resp.Stream != nil {
				body, _ = io.ReadAll(resp.Stream)
				resp.Stream.Close()
				if resp.Length != int64(len(body)) {
					t.Errorf("Length %d", resp.Length)
				}
			}
			if resp.Request != f.Request || !strings.Contains(string(body), tc.body) || resp.Field("Content-Type") != tc.typ {
				t.Errorf("%d %q %q", resp.Status, resp.Field("Content-Type"), body)
			}
			if tc.status < 600 && resp.Status != tc.status {
				t.Errorf("status %d", resp.Status)
			}
			if resp.Field("ETag") != "" || resp.Field("Last-Modified") != "" {
				t.Error("an error page has validators")
			}
		})
	}
}

func TestNewBook_Mistakes(t *testing.T) {
	for status, path := range map[string]string{"200": "/a", "4x": "/a", "600": "/a", "0404": "/a", "+404": "/a", "": "/a", "404": "a", "5xx": ""} {
		_, err := errorpages.NewBook(map[string]string{status: path, "403": "/b"})
		var at *errorpages.StatusError
		if !errors.As(err, &at) || at.Status != status {
			t.Errorf("%q: %v", status, err)
		}
	}
	if (&errorpages.Pages{}).Validate() == nil {
		t.Error("Pages without a Tree are taken")
	}
}

func ExampleNewBook() {
	_, err := errorpages.NewBook(map[string]string{"404": "/404.html", "5xx": "/oops.html", "299": "/warm.html"})
	fmt.Println(err)
	// Output: errorpages: 299: it is not a status from 400 to 599, nor 4xx or 5xx
}
