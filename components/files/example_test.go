package files_test

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A tree answers each path with an entry or an error that has a status.
func Example() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "docs", "index.html")
	os.Mkdir(filepath.Dir(page), 0o755)
	os.WriteFile(page, []byte("<p>Hello"), 0o644)
	os.Chtimes(page, time.Time{}, time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC))

	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		log.Fatal(err)
	}
	defer tree.Close()

	for _, path := range []string{"/docs/", "/docs", "/docs/../../etc/passwd", "/.git/config"} {
		e, err := tree.Get(path)
		var redirect *files.Redirect
		switch {
		case err == nil:
			fmt.Printf("%s: 200 %s, %d bytes: %s\n", path, e.Type, e.Size, e.Content)
		case errors.As(err, &redirect):
			fmt.Printf("%s: %d to %s\n", path, files.Status(err), redirect.Location)
		default:
			fmt.Printf("%s: %d\n", path, files.Status(err))
		}
	}

	e, _ := tree.Get("/docs/")
	h := http1.Header{{Name: "If-Modified-Since", Value: "Sun, 06 Nov 1994 08:49:37 GMT"}}
	fmt.Println("again:", files.Evaluate("GET", h, e.ETag, e.ModTime))

	// Output:
	// /docs/: 200 text/html; charset=utf-8, 8 bytes: <p>Hello
	// /docs: 301 to /docs/
	// /docs/../../etc/passwd: 404
	// /.git/config: 404
	// again: 304
}

//go:embed testdata/site
var site embed.FS

// A program carries its site in itself, and tells caches how long to keep it.
func ExampleTree() {
	root, err := fs.Sub(site, "testdata/site")
	if err != nil {
		log.Fatal(err)
	}
	tree := &files.Tree{
		FS:    root,
		Fixed: true, // as what is embedded is
		Rules: []files.Rule{
			{Pattern: "*.{hash}.*", CacheControl: files.Immutable}, // app.3f9c2b1a.js
			{Pattern: "/assets/**", CacheControl: "max-age=86400"},
			{Pattern: "*.html", CacheControl: "no-cache"},
			{Pattern: "*.png", CacheControl: "max-age=3600", Expires: time.Hour},
		},
	}
	if err := tree.Open(); err != nil {
		log.Fatal(err)
	}
	defer tree.Close()
	e, err := tree.Get("/")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q", e.Head)
	// Output:
	// "Content-Type: text/html; charset=utf-8\r\nAccept-Ranges: bytes\r\nETag: \"0ac24df8c6ae402adc839d1ef9c3a414\"\r\nCache-Control: no-cache\r\n"
}

// A writing component asks before it replaces a file; there may be none yet.
func ExampleCurrent_Evaluate() {
	create := http1.Header{{Name: "If-None-Match", Value: "*"}}
	fmt.Println(files.Current{}.Evaluate("PUT", create))
	fmt.Println(files.Current{Exists: true}.Evaluate("PUT", create))
	// Output:
	// 0
	// 412
}
