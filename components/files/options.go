package files

import (
	"embed"
	"math"
	"strings"
	"time"
)

// What the zero value of a Tree's fields stands for.
const (
	defaultIndex   = "index.html"
	defaultType    = "application/octet-stream"
	defaultCharset = "utf-8"
	defaultMemory  = 64 << 20
	defaultSmall   = 64 << 10
	defaultFresh   = 100 * time.Millisecond
	defaultRanges  = 50
)

// options are a Tree's fields in the form in which they are used: zero values
// replaced, extensions in lower case.
type options struct {
	index         []string
	types         map[string]string
	defaultType   string
	charset       string
	memory, small int64
	fresh         time.Duration
	fixed         bool
	ranges        int
	codings       []coding
	rules         []rule
}

// options returns what the fields mean. They are valid.
func (t *Tree) options() options {
	o := options{
		index:       t.Index,
		types:       make(map[string]string, len(t.Types)),
		defaultType: t.DefaultType,
		charset:     t.Charset,
		memory:      t.Memory,
		small:       t.Small,
		fresh:       t.Fresh,
		fixed:       t.Fixed,
		ranges:      t.Ranges,
		codings:     codings,
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
	if o.ranges == 0 {
		o.ranges = defaultRanges
	}
	if t.Codings != nil {
		o.codings = nil
		for _, name := range t.Codings {
			o.codings = append(o.codings, codings[codingNamed(name)])
		}
	}
	for _, r := range t.Rules {
		compiled, _ := r.compile()
		o.rules = append(o.rules, compiled)
	}
	if _, ok := t.FS.(embed.FS); ok {
		o.fixed = true
	}
	switch {
	case o.fixed:
		o.fresh = math.MaxInt64
	case o.fresh == 0:
		o.fresh = defaultFresh
	case o.fresh < 0:
		// Below any difference of two clock readings, so that no entry is fresh.
		o.fresh = math.MinInt64
	}
	return o
}
