package config

// Limits bounds what clients can make the server hold. One that is not set has
// its default; where there may be no limit, off says so.
type Limits struct {
	// Connections is how many may be open at once. The default is 10000.
	Connections Count `yaml:"connections"`

	// PerAddress is how many of them one address may have. The default is off.
	PerAddress Count `yaml:"connections-per-address"`

	// WhenFull says what becomes of one more: queue lets it wait, answer tells it
	// 503, and close closes it. The default is queue.
	WhenFull string `yaml:"when-full"`

	// Requests is how many requests one connection may bring. The default is off.
	Requests Count `yaml:"requests"`

	// Target is the longest request target. The default is 8KiB.
	Target Size `yaml:"target"`

	// Head is the largest head of a request. The default is 16KiB.
	Head Size `yaml:"head"`

	// Fields is the largest number of fields in a head. The default is 100.
	Fields Count `yaml:"fields"`

	// Body is the largest body of a request. The default is off.
	Body Size `yaml:"body"`

	// BodyRate is how much of a body has to come in a second. The default is 240.
	BodyRate Size `yaml:"body-rate"`

	// ChunkLine is the longest line before a chunk. The default is 256.
	ChunkLine Size `yaml:"chunk-line"`

	// Trailer is the largest trailer section. The default is 4KiB.
	Trailer Size `yaml:"trailer"`

	// Drain is how much of a body that nobody reads is thrown away to keep the
	// connection. The default is 256KiB.
	Drain Size `yaml:"drain"`

	// Pipeline is how many requests of one connection may be under way at once.
	// The default is 16.
	Pipeline Count `yaml:"pipeline"`
}

// Timeouts bounds what clients can make the server wait for. Each has a default,
// and off means that there is no bound.
type Timeouts struct {
	// Head is the longest time for the head of a request. The default is 10s.
	Head Duration `yaml:"head"`

	// Body is the longest time between two pieces of a body. The default is 30s.
	Body Duration `yaml:"body"`

	// Idle is the longest time between two requests. The default is 60s.
	Idle Duration `yaml:"idle"`

	// Stall is the longest time for which a client may take nothing of what is
	// sent. The default is 30s.
	Stall Duration `yaml:"stall"`

	// Errors is the longest time for making an error page. The default is 5s.
	Errors Duration `yaml:"errors"`
}
