// Package config describes a web server by one struct, and makes a
// pipelines.Site of it.
//
// A Config comes from a file in YAML (Load), from flags, or from a literal:
// these are three ways to fill the same struct. Check reports everything that is
// wrong with one, Build makes the server, and Format writes the file that says
// the same.
//
//	c, err := config.Load("site.yaml")
//	server, err := c.Build()
//	defer server.Close()
//	err = server.Open()
//	err = server.Site.Run(ctx)
//
// The zero value of every key means its default, so the zero Config lacks
// nothing but something to serve.
package config

// A Config is all that can be said about a server. Its keys are those of the
// file; the ones of Site stand beside the others, and describe the default site.
type Config struct {
	// Listen is where the server can be reached: host:port, :port for all
	// addresses of the machine, unix:PATH, or systemd for the sockets that
	// systemd hands over. The default is 127.0.0.1:8080.
	Listen []Listen `yaml:"listen"`

	// Admin turns on metrics and profiles, at an address of their own.
	Admin *Admin `yaml:"admin"`

	// AccessLog is where a line for each request goes.
	AccessLog AccessLog `yaml:"access-log"`

	// Limits bounds what clients can make the server hold.
	Limits Limits `yaml:"limits"`

	// Timeouts bounds what clients can make the server wait for.
	Timeouts Timeouts `yaml:"timeouts"`

	// Grace is how long requests under way may take when the server is told to
	// end. The default is 10s.
	Grace Duration `yaml:"grace"`

	// Methods are names of methods that handlers may be asked with, beside the
	// standard ones.
	Methods []string `yaml:"methods"`

	// Trace says to answer the method TRACE.
	Trace bool `yaml:"trace"`

	// ServerName is the value of the Server field in every answer. The default is
	// to send none.
	ServerName string `yaml:"server-name"`

	// Debug shows the cause of a failure on its error page.
	Debug bool `yaml:"debug"`

	// Site is the default site: it answers for all hosts that no other site
	// names, and clients that name none.
	Site `yaml:",inline"`

	// Sites are those that answer for certain hosts.
	Sites []Host `yaml:"sites"`

	source *source // where it was read
}

// A Listen is a place where the server can be reached.
type Listen struct {
	// Address is host:port, :port, unix:PATH or systemd.
	Address string `yaml:"address,short"`

	// TLS are the certificates; the first is for clients that name no host, or
	// an unknown one. Without any, the connections are not encrypted.
	TLS []Certificate `yaml:"tls"`
}

// A Certificate is a pair of files in PEM.
type Certificate struct {
	// Certificate is the file with the certificate, and those that lead to the
	// root.
	Certificate string `yaml:"certificate"`

	// Key is the file with its private key.
	Key string `yaml:"key"`
}

// Admin is what only the people who run the server should reach.
type Admin struct {
	// Address is where it listens, such as 127.0.0.1:9090 or unix:PATH.
	Address string `yaml:"address,short"`
}

// AccessLog is where a line for each request goes.
type AccessLog struct {
	// File is a file that lines are added to, - for the standard output, or off.
	// The default is -.
	File string `yaml:"file,short"`

	// Format is combined, common, json, or a template. The default is combined.
	Format string `yaml:"format"`
}

// Limits bounds what clients can make the server hold. A limit that is not set
// has its default; where off is possible, it means that there is none.
type Limits struct {
	// Connections is how many may be open at once. The default is no limit.
	Connections int `yaml:"connections"`

	// Target is the longest request target. The default is 8KiB.
	Target Size `yaml:"target"`

	// Head is the largest head of a request. The default is 16KiB.
	Head Size `yaml:"head"`

	// Fields is the largest number of fields in a head. The default is 100.
	Fields int `yaml:"fields"`

	// Body is the largest body of a request. The default is no limit.
	Body Size `yaml:"body"`

	// ChunkLine is the longest line before a chunk. The default is 256.
	ChunkLine Size `yaml:"chunk-line"`

	// Trailer is the largest trailer section. The default is 4KiB.
	Trailer Size `yaml:"trailer"`

	// Drain is how much of a body that nobody reads is thrown away to keep the
	// connection. The default is 256KiB.
	Drain Size `yaml:"drain"`

	// Pipeline is how many requests of one connection may be under way at once.
	// The default is 16.
	Pipeline int `yaml:"pipeline"`
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
}
