package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/components/webdav"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// writable opens the directories of --put and --webdav and returns their mounts.
// served is what the site itself is.
func (o *siteOptions) writable(served *files.Tree) ([]pipelines.Mount, error) {
	var mounts []pipelines.Mount
	for i, arg := range slices.Concat(o.Put, o.Webdav) {
		share := i >= len(o.Put)
		flag := "--put"
		if share {
			flag = "--webdav"
		}
		prefix, dir, err := cutPrefix(arg)
		if err != nil {
			return nil, fmt.Errorf("%w: %s %s: %w", errUsage, flag, arg, err)
		}
		tree := served
		if prefix == "" && !sameDir(dir, served.Dir) {
			return nil, fmt.Errorf("%w: %s %s: the directory at / is %s", errUsage, flag, arg, served.Dir)
		}
		if prefix != "" {
			tree = &files.Tree{Dir: dir, Index: o.Index, Types: o.Mime, Hidden: o.Hidden || share}
			if err := tree.Open(); err != nil {
				return nil, fmt.Errorf("cannot serve %s: %w", dir, err)
			}
			mounts = append(mounts, pipelines.Mount{
				Path: prefix, Name: numbered("FILES", i+1), Rest: true,
				Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree, Prefix: prefix} },
			})
		}
		d := &upload.Dir{Tree: tree, Largest: o.MaxBody, Spare: o.KeepFree}
		if err := d.Open(); err != nil {
			return nil, fmt.Errorf("cannot serve %s: %w", dir, err)
		}
		m := pipelines.Mount{Path: cmp.Or(prefix, "/"), Rest: true}
		if share {
			s := &webdav.Share{Dir: d}
			m.Methods, m.Name = webdav.Methods(), numbered("WEBDAV", i-len(o.Put))
			m.Handler = func() http1.HandlerPart { return &webdav.Handler{Share: s, Prefix: prefix} }
		} else {
			m.Methods, m.Name = []string{"PUT", "DELETE"}, numbered("UPLOAD", i)
			m.Handler = func() http1.HandlerPart { return &upload.Writer{Dir: d, Prefix: prefix} }
		}
		mounts = append(mounts, m)
	}
	return mounts, nil
}

// cutPrefix takes PREFIX=DIR apart. The prefix is "" for the whole site.
func cutPrefix(arg string) (prefix, dir string, err error) {
	prefix, dir, ok := strings.Cut(arg, "=")
	switch {
	case !ok || dir == "":
		return "", "", errors.New("want PREFIX=DIR")
	case !strings.HasPrefix(prefix, "/"):
		return "", "", errors.New("a prefix begins with a slash")
	}
	return strings.TrimRight(prefix, "/"), dir, nil
}

// sameDir reports whether two names are of one directory.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// numbered gives the parts of one kind names: NAME, NAME2, NAME3 and so on.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprint(name, i+1)
}
