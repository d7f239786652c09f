package compress

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A Press holds what the Encoders of all connections have in common. Set the
// fields before it is used first, and do not change them after. The zero Press
// is ready.
type Press struct {
	// Codings are the content codings that are offered, the one that is liked
	// best first, of "zstd" and "gzip"; nil means both, in this order. Which one
	// is used is the client's choice first.
	Codings []string

	// Types are the media types that are coded: "text/html", "text/*", or "+xml"
	// for all whose name ends so. Nil means DefaultTypes.
	Types []string

	// Least is the size in bytes from which on a body is coded; 0 means 1 KiB,
	// less than 0 all but empty ones. A smaller one leaves in the same packet as
	// its head in any case. A body of unknown size is coded.
	Least int

	// Gzip is the level for gzip, 1 to 9; 0 means 5. Zstd is that for zstd, 1 to
	// 22; 0 means 3. Higher ones are smaller and slower.
	Gzip, Zstd int

	// Memory is how many bytes of coded bodies are kept for the next request in
	// all; 0 means 16 MiB, less than 0 keeps none. Those of responses with a
	// strong entity tag are kept, as long as the handler answers with the same
	// Response.Bytes.
	Memory int64

	// Streams is how many bodies may be coded as they flow at once, those of
	// large files and of streams; 0 means 32. Each takes up to 2.5 MiB until its
	// client has taken all of it. Further ones leave uncoded.
	Streams int

	once    sync.Once
	codings []string
	media   media
	least   int64
	kept    memory
	coders  [numCodings]sync.Pool
	flows   chan struct{} // holds a token for each body that flows
	turns   chan struct{} // holds a token for each body that is coded whole
}

// A coding is a content coding that a Press knows.
type coding uint8

const (
	codingZstd coding = iota
	codingGzip
	numCodings
)

var codingNames = [numCodings]string{codingZstd: "zstd", codingGzip: "gzip"}

func codingNamed(name string) (coding, bool) {
	i := slices.Index(codingNames[:], name)
	return coding(max(i, 0)), i >= 0
}

const (
	defaultLeast   = 1 << 10
	defaultMemory  = 16 << 20
	defaultStreams = 32
	defaultGzip    = 5
	defaultZstd    = 3

	// mostWhole is the largest body in bytes that is coded before the first byte
	// of it is sent. Its length is told then, and HTTP/1.0 can have it too.
	mostWhole = 256 << 10
)

// Validate reports every mistake in the fields at once.
func (p *Press) Validate() error {
	var errs []error
	for i, name := range p.Codings {
		if _, ok := codingNamed(name); !ok {
			errs = append(errs, fmt.Errorf("compress: Codings: %q is neither %s", name, strings.Join(codingNames[:], " nor ")))
		} else if slices.Contains(p.Codings[:i], name) {
			errs = append(errs, fmt.Errorf("compress: Codings: %q stands there twice", name))
		}
	}
	for _, t := range p.Types {
		if !validPattern(t) {
			errs = append(errs, fmt.Errorf("compress: Types: %q is not like \"text/html\", \"text/*\" or \"+xml\"", t))
		}
	}
	if p.Gzip < 0 || p.Gzip > 9 {
		errs = append(errs, fmt.Errorf("compress: Gzip: level %d is not from 1 to 9", p.Gzip))
	}
	if p.Zstd < 0 || p.Zstd > 22 {
		errs = append(errs, fmt.Errorf("compress: Zstd: level %d is not from 1 to 22", p.Zstd))
	}
	if p.Streams < 0 {
		errs = append(errs, fmt.Errorf("compress: Streams: %d is negative", p.Streams))
	}
	return errors.Join(errs...)
}

// ready makes of the fields what is used.
func (p *Press) ready() { p.once.Do(p.prepare) }

func (p *Press) prepare() {
	p.codings = p.Codings
	if p.codings == nil {
		p.codings = codingNames[:]
	}
	types := p.Types
	if types == nil {
		types = DefaultTypes()
	}
	p.media = newMedia(types)
	switch p.least = int64(p.Least); {
	case p.Least == 0:
		p.least = defaultLeast
	case p.Least < 0:
		p.least = 1
	}
	p.kept.limit = p.Memory
	if p.Memory == 0 {
		p.kept.limit = defaultMemory
	}
	streams := p.Streams
	if streams == 0 {
		streams = defaultStreams
	}
	p.flows = make(chan struct{}, streams)
	// More at once than there are processors would hold memory, and be no faster.
	p.turns = make(chan struct{}, runtime.GOMAXPROCS(0))
}
