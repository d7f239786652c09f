package files

import (
	"errors"
	"fmt"
	"math"
	"mime"
	"strings"
	"time"
)

// What the zero value of a Tree's fields stands for.
const (
	defaultIndex  = "index.html"
	defaultType   = "application/octet-stream"
	defaultMemory = 64 << 20
	defaultSmall  = 64 << 10
	defaultFresh  = 100 * time.Millisecond
)

// options are a Tree's fields in the form in which they are used: zero values
// replaced, extensions in lower case.
type options struct {
	index         []string
	types         map[string]string
	defaultType   string
	memory, small int64
	fresh         time.Duration
}

// options returns what the fields mean.
func (t *Tree) options() options {
	o := options{
		index:       t.Index,
		types:       make(map[string]string, len(t.Types)),
		defaultType: t.DefaultType,
		memory:      t.Memory,
		small:       t.Small,
		fresh:       t.Fresh,
	}
	if o.index == nil {
		o.index = []string{defaultIndex}
	}
	for ext, media := range t.Types {
		o.types[strings.ToLower(ext)] = media
	}
	if o.defaultType == "" {
		o.defaultType = defaultType
	}
	if o.memory == 0 {
		o.memory = defaultMemory
	}
	if o.small == 0 {
		o.small = defaultSmall
	}
	switch {
	case o.fresh == 0:
		o.fresh = defaultFresh
	case o.fresh < 0:
		// Below any difference of two clock readings, so that no entry is fresh.
		o.fresh = math.MinInt64
	}
	return o
}

// Validate reports every mistake in the fields at once. It does not touch the
// disk.
func (t *Tree) Validate() error {
	var errs []error
	for _, name := range t.Index {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			errs = append(errs, fmt.Errorf("files: Index: %q is not the name of a file", name))
		}
	}
	for ext, media := range t.Types {
		if len(ext) < 2 || ext[0] != '.' || strings.Contains(ext[1:], ".") {
			errs = append(errs, fmt.Errorf("files: Types: %q is not an extension such as \".txt\"", ext))
		}
		if !validType(media) {
			errs = append(errs, fmt.Errorf("files: Types[%q]: %q is not a media type", ext, media))
		}
	}
	if t.DefaultType != "" && !validType(t.DefaultType) {
		errs = append(errs, fmt.Errorf("files: DefaultType: %q is not a media type", t.DefaultType))
	}
	if t.Links < LinksInside || t.Links > LinksNone {
		errs = append(errs, fmt.Errorf("files: Links: %v is not a policy", t.Links))
	}
	return errors.Join(errs...)
}

// validType reports whether s can stand in a Content-Type field.
func validType(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	media, _, err := mime.ParseMediaType(s)
	return err == nil && strings.Contains(media, "/")
}
