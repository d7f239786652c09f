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
	// Listen is where the server can be reached. The default is 127.0.0.1:8080.
	Listen []Listen `yaml:"listen"`

	// HTTP2 says how HTTP/2 is spoken: with clients that come by TLS, unless it is
	// off.
	HTTP2 HTTP2 `yaml:"http2"`

	// HSTS tells clients that come by TLS to do so from then on.
	HSTS *HSTS `yaml:"hsts"`

	// Admin turns on metrics and profiles, at an address of their own.
	Admin *Admin `yaml:"admin"`

	// AccessLog is where a line for each request goes.
	AccessLog AccessLog `yaml:"access-log"`

	// RequestID gives each request an ID, and its answer the field X-Request-Id.
	RequestID *RequestID `yaml:"request-id"`

	// Limits bounds what clients can make the server hold.
	Limits Limits `yaml:"limits"`

	// Timeouts bounds what clients can make the server wait for.
	Timeouts Timeouts `yaml:"timeouts"`

	// Grace is how long requests under way may take when the server is told to
	// end. The default is 10s; off lets go what ends in a tenth of a second.
	Grace Duration `yaml:"grace"`

	// Drain is how long the server goes on when it is told to end, while health
	// says that it will. The default is 0s.
	Drain Duration `yaml:"drain"`

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

	source *source           // where it was read
	given  map[string]string // keys that were set by something else, by what
}

// A Listen is a place where the server can be reached.
type Listen struct {
	// Address is host:port, :port for all addresses of the machine, unix:PATH,
	// unix:PATH,mode=0660, systemd: for the sockets that systemd hands over, or
	// systemd:NAME.
	Address string `yaml:"address,short"`

	// TLS are the certificates; the first is for clients that name no host, or
	// an unknown one. Without any, the connections are not encrypted.
	TLS []Certificate `yaml:"tls"`
}

// A Certificate is a pair of files in PEM. They are read again when they change.
type Certificate struct {
	// Certificate is the file with the certificate, and those that lead to the
	// root.
	Certificate string `yaml:"certificate"`

	// Key is the file with its private key. The default is the same file.
	Key string `yaml:"key"`
}

// HTTP2 says how HTTP/2 is spoken.
type HTTP2 struct {
	// Off says not to offer it.
	Off bool `yaml:"off,off"`

	// Plain says to speak it without TLS too, with clients that begin with it.
	Plain bool `yaml:"plain"`

	// Streams is how many requests of one connection may be under way at once. The
	// default is 100.
	Streams Count `yaml:"streams"`

	// Most is how many requests of all connections are answered at once. The
	// default is 1024.
	Most Count `yaml:"most"`
}

// HSTS tells clients to come by TLS (RFC 6797).
type HSTS struct {
	// MaxAge is how long they shall remember it. The default is 1y.
	MaxAge Duration `yaml:"max-age,short"`

	// Subdomains says to include all hosts below.
	Subdomains bool `yaml:"subdomains"`

	// Preload says to let browsers be shipped with this knowledge (the preload list).
	Preload bool `yaml:"preload"`
}

// Admin is what only the people who run the server should reach.
type Admin struct {
	// Address is where it listens, such as 127.0.0.1:9090 or unix:PATH.
	Address []string `yaml:"address,short"`
}

// AccessLog is where a line for each request goes.
type AccessLog struct {
	// File is a file that lines are added to, - for the standard output, or off.
	// The default is -.
	File string `yaml:"file,short"`

	// Format is combined, common, json, or a template such as "{remote} {status}".
	// The default is combined.
	Format string `yaml:"format"`

	// IDs says to put the request's ID into lines of JSON.
	IDs bool `yaml:"ids"`

	// Timings says to tell in each line how long each stage took.
	Timings bool `yaml:"timings"`
}

// RequestID gives each request an ID.
type RequestID struct {
	// Trust takes the ID that the request brings, as one from a proxy does.
	Trust bool `yaml:"trust"`
}
