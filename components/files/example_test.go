package files_test

import (
	"errors"
	"fmt"
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
