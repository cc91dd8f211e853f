// The globe: stars, air, ground, areas, lines and points into an offscreen picture.
//
// Positions are relative to the eye, in metres, on body-fixed axes (or those of the map). Depth is
// reversed (1 near, 0 at infinity). Colours are sRGB-coded from end to end, as egui's are: processors
// that draw the pixels would spend half their time on decoding and coding. Only what WebGL2-class devices have: uniforms, textures, vertex
// attributes.

struct Globals {
    clip_from_relative: mat4x4<f32>,
    // Direction to the Sun; ambient light, 0 to 1.
    sun: vec4<f32>,
    // Direction to the lamp of the hill-shade: upper left of the screen.
    lamp: vec4<f32>,
    // Hill-shade gain, 1 = hill-shade only or 0 = lit by the Sun, haze, lowest height in km.
    shade: vec4<f32>,
    // Width and height in pixels, pixels per point, distance of the near plane in metres.
    view: vec4<f32>,
    // Colour of plain ground, height span of the colour table in km.
    plain: vec4<f32>,
    // Outline of points; 1 when the terrain is there.
    outline: vec4<f32>,
    // Nothing; contour interval in metres; exaggeration of heights; 0 globe, 1 flat map, 2 north,
    // 3 south pole.
    ground: vec4<f32>,
    // The eye from the centre of the planet, metres; optical depth of dust.
    eye: vec4<f32>,
    // From the middle of the view to its right and upper edge, at a depth of 1; into the view.
    // Beside the first: how much of the air is above the eye, 0 to 1.
    right: vec4<f32>,
    up: vec4<f32>,
    forward: vec4<f32>,
};

@group(0) @binding(0) var<uniform> globals: Globals;
@group(0) @binding(1) var colour_texture: texture_2d<f32>;
@group(0) @binding(2) var clamped: sampler;
@group(1) @binding(0) var relief_texture: texture_2d<f32>;
@group(2) @binding(0) var picture_texture: texture_2d<f32>;

// Which parts the ground has: pipelines are made for what is wanted, so that processors that draw
// the pixels pay for nothing else. Lit at all; lit by the Sun; 0 plain, 1 by height, 2 by slope; contours;
// dust; haze; the eye inside the air; 0 no picture, 1 one with gaps, 2 one without.
override LIT: bool = true;
override SUN: bool = true;
override COLOUR: u32 = 1u;
override CONTOURS: bool = false;
override DUST: bool = false;
override HAZE: bool = true;
override NEAR: bool = false;
override COVER: u32 = 0u;

// Mean radius and scale height of the air, metres (FACTS: Mars).
const RADIUS: f32 = 3389500.0;
const SCALE_HEIGHT: f32 = 11100.0;
// Butterscotch, the colour of the sky by day.
const AIR: vec3<f32> = vec3<f32>(0.79, 0.65, 0.52);

struct Ground {
    @builtin(position) clip: vec4<f32>,
    @location(0) direction: vec3<f32>,
    @location(1) relative: vec3<f32>,
    @location(2) uv: vec2<f32>,
    // Middle and half of the range of heights of the square, metres; whether it has a picture.
    @location(3) @interpolate(flat) square: vec3<f32>,
    @location(4) picture_uv: vec2<f32>,
};

@vertex
fn ground_vertex(
    @location(0) base: vec3<f32>,
    @location(1) direction: vec3<f32>,
    @location(2) heights: vec2<f32>,
    @location(3) uv: vec2<f32>,
    @location(4) origin: vec4<f32>,
    @location(5) square: vec4<f32>,
    @location(6) part: vec4<f32>,
) -> Ground {
    let flat_map = globals.ground.w > 0.5;
    var relative = origin.xyz + base;
    // Far corners take the shape of the square above, so that nothing jumps when it takes over.
    let coarse = clamp((length(relative) - origin.w) * square.z, 0.0, 1.0);
    let height = mix(heights.x, heights.y, coarse) * globals.ground.z;
    relative += select(direction * height, vec3<f32>(0.0), flat_map);
    var out: Ground;
    out.clip = globals.clip_from_relative * vec4<f32>(relative, 1.0);
    out.direction = direction;
    out.relative = relative;
    out.uv = uv;
    out.picture_uv = part.xy + uv * part.z;
    out.square = vec3<f32>(square.x, square.y, square.w);
    return out;
}

// The lamp of the hill-shade as seen from a place: its parts to the east and to the north.
fn lamp_at(up: vec3<f32>, east: vec3<f32>, north: vec3<f32>) -> vec2<f32> {
    let lamp = globals.lamp.xyz;
    let map = globals.ground.w;
    if map < 0.5 {
        return vec2<f32>(dot(lamp, east), dot(lamp, north));
    } else if map < 1.5 {
        return lamp.xy;
    }
    // Around a pole the east of the sheet turns with the longitude.
    let level = normalize(vec2<f32>(up.x, up.y + 1e-9));
    if map < 2.5 {
        return vec2<f32>(
            dot(lamp.xy, vec2<f32>(level.x, level.y)),
            dot(lamp.xy, vec2<f32>(-level.y, level.x)),
        );
    }
    return vec2<f32>(
        dot(lamp.xy, vec2<f32>(level.x, -level.y)),
        dot(lamp.xy, vec2<f32>(level.y, level.x)),
    );
}

// Colours of slopes: green to 5, yellow to 15, red to 30 degrees, violet beyond.
fn slope_colour(slope: f32) -> vec3<f32> {
    let degrees = atan(slope) * 57.29578;
    let gentle = mix(vec3<f32>(0.19, 0.44, 0.33), vec3<f32>(0.53, 0.69, 0.35), degrees / 5.0);
    let fair = mix(vec3<f32>(0.53, 0.69, 0.35), vec3<f32>(0.94, 0.81, 0.29), (degrees - 5.0) / 10.0);
    let steep = mix(vec3<f32>(0.94, 0.81, 0.29), vec3<f32>(0.81, 0.25, 0.22), (degrees - 15.0) / 15.0);
    let wall = mix(vec3<f32>(0.81, 0.25, 0.22), vec3<f32>(0.53, 0.19, 0.63), (degrees - 30.0) / 30.0);
    let low = select(fair, gentle, degrees < 5.0);
    let high = select(clamp(wall, vec3<f32>(0.0), vec3<f32>(1.0)), steep, degrees < 30.0);
    return select(high, low, degrees < 15.0);
}

// How much of a line of a given width (pixels) covers a value, lines being at whole numbers.
fn ruled(value: f32, width: f32) -> f32 {
    let per_pixel = max(fwidth(value), 1e-9);
    let away = abs(fract(value + 0.5) - 0.5) / per_pixel;
    // Where lines would touch each other they fade out.
    let crowd = 1.0 - smoothstep(0.12, 0.3, per_pixel);
    return (1.0 - smoothstep(0.5 * width, 0.5 * width + 1.0, away)) * crowd;
}

// What coded colours are multiplied by under some light.
fn coded(light: f32) -> f32 {
    return pow(max(light, 0.0), 1.0 / 2.2);
}

// Light on ground of some slope (exaggerated), and light of the sky over it.
fn lighting(up: vec3<f32>, steep: vec2<f32>) -> vec2<f32> {
    let east = normalize(vec3<f32>(-up.y, up.x + 1e-9, 0.0));
    let north = cross(up, east);
    // Steep slopes are held back, so that flanks keep their colour while plains show relief.
    let slope = steep * inverseSqrt(1.0 + 1.2 * dot(steep, steep));
    let normal = normalize(vec3<f32>(-slope, 1.0));
    // The usual light of a map, from the upper left; 1 on flat ground. East, north, up.
    let map_light = normalize(vec3<f32>(lamp_at(up, east, north), 1.0));
    let hill = clamp(dot(normal, map_light) / map_light.z, 0.35, 1.5);
    if !SUN {
        return vec2<f32>(hill, 1.0);
    }
    // The Sun: its own azimuth, but never so high that the ground looks flat at once.
    let sun = vec3<f32>(
        dot(globals.sun.xyz, east),
        dot(globals.sun.xyz, north),
        dot(globals.sun.xyz, up),
    );
    let sun_light = normalize(vec3<f32>(sun.xy / max(length(sun.xy), 0.35), 1.0));
    var sunny = clamp(dot(normal, sun_light) / sun_light.z, 0.2, 1.6);
    let day = smoothstep(-0.06, 0.08, sun.z);
    if DUST {
        // Dust takes from the direct light along its slant way, and gives some back from all
        // sides.
        let dust = globals.eye.w;
        sunny = sunny * exp(-dust / max(sun.z, 0.08)) + 0.5 * (1.0 - exp(-dust));
    }
    let lit = day * sunny * (0.30 + 0.70 * sqrt(max(sun.z, 0.0)));
    let ambient = globals.sun.w;
    return vec2<f32>(ambient * hill + (1.0 - ambient) * lit, max(day, ambient));
}

@fragment
fn ground_fragment(in: Ground) -> @location(0) vec4<f32> {
    let up = normalize(in.direction);
    var terrain = vec4<f32>(0.0);
    if LIT || COVER < 2u || CONTOURS {
        terrain = textureSample(relief_texture, clamped, in.uv);
    }
    let metres = in.square.x + terrain.z * in.square.y;

    var base = globals.plain.rgb;
    if COVER < 2u && COLOUR == 1u {
        let height = (metres * 0.001 - globals.shade.w) / globals.plain.w;
        base = textureSampleLevel(colour_texture, clamped, vec2<f32>(height, 0.5), 0.0).rgb;
    }
    if COVER < 2u && COLOUR == 2u {
        base = slope_colour(length(terrain.xy));
    }
    if COVER < 2u {
        base = mix(globals.plain.rgb, base, globals.outline.w);
    }
    // A picture has its own shading already.
    var gain = globals.shade.x * globals.outline.w;
    if COVER == 1u {
        let picture = textureSample(picture_texture, clamped, in.picture_uv);
        base = base * (1.0 - picture.a) + picture.rgb;
        gain *= 1.0 - 0.6 * picture.a;
    }
    if COVER == 2u {
        base = textureSample(picture_texture, clamped, in.picture_uv).rgb;
        gain *= 0.4;
    }
    var light = vec2<f32>(1.0);
    if LIT {
        light = lighting(up, gain * terrain.xy);
    }
    let sky = light.y;

    var colour = base;
    if LIT {
        colour = base * coded(light.x);
    }
    if HAZE {
        var pale = textureSampleLevel(colour_texture, clamped, vec2<f32>(0.8, 0.5), 0.0).rgb;
        // Towards the limb, on the day side; near the ground it has the colour of the sky, and
        // takes kilometres to show.
        let away = length(in.relative);
        let edge = 1.0 - max(dot(-in.relative, up) / away, 0.0);
        var thin = globals.shade.z * edge * edge * edge * edge * edge;
        if NEAR {
            thin = mix(thin, globals.shade.z * (1.0 - exp(-away / 6.0e4)), globals.right.w);
            pale = mix(pale, AIR, globals.right.w);
        }
        if DUST {
            let far = 0.15 + away / (3.0e5 + 4.0 * SCALE_HEIGHT);
            thin = max(thin, 1.0 - exp(-globals.eye.w * far * 0.35));
        }
        colour = mix(colour, pale * coded(sky), clamp(thin * sky, 0.0, 1.0));
    }
    if CONTOURS {
        // Every fifth one stronger.
        let value = metres / globals.ground.y;
        let fine = ruled(value, 0.7 * globals.view.z) * 0.30;
        let strong = ruled(value / 5.0, 1.3 * globals.view.z) * 0.55;
        colour = mix(colour, vec3<f32>(0.15), max(fine, strong));
    }
    return vec4<f32>(colour, 1.0);
}

struct Air {
    @builtin(position) clip: vec4<f32>,
    @location(0) ray: vec3<f32>,
};

// One triangle over the whole view, behind everything.
@vertex
fn air_vertex(@builtin(vertex_index) index: u32) -> Air {
    let x = f32((index << 1u) & 2u) * 2.0 - 1.0;
    let y = f32(index & 2u) * 2.0 - 1.0;
    var out: Air;
    out.clip = vec4<f32>(x, y, 0.0, 1.0);
    out.ray = globals.forward.xyz + globals.right.xyz * x + globals.up.xyz * y;
    return out;
}

// The thin air along a ray that misses the ground: as much as lies over its lowest point.
@fragment
fn air_fragment(in: Air) -> @location(0) vec4<f32> {
    let ray = normalize(in.ray);
    let distance = length(globals.eye.xyz);
    let zenith = globals.eye.xyz / distance;
    let rise = dot(ray, zenith);
    let eye_height = max(distance - RADIUS, 0.0);
    // Seen from far away the real air would be thinner than a pixel.
    let pixel = length(globals.up.xyz) * 2.0 / globals.view.y;
    let thick = max(SCALE_HEIGHT, 2.5 * pixel * globals.view.z * eye_height);
    let lowest = select(distance * sqrt(max(1.0 - rise * rise, 0.0)) - RADIUS, eye_height, rise > 0.0);
    let dense = exp(-max(lowest, 0.0) / thick);
    // From inside the way through the air is longer towards the horizon.
    let inside = globals.right.w;
    let way = mix(1.0, min(1.0 / max(rise, 0.05), 12.0) * 0.25, inside);
    let point = normalize(zenith * distance + ray * max(-rise * distance, 0.0));
    let height_of_sun = dot(point, globals.sun.xyz);
    let day = mix(smoothstep(-0.12, 0.10, height_of_sun), 1.0, globals.shade.y);
    let amount = (1.0 - exp(-way * (0.55 + globals.eye.w) * dense)) * day;
    // Butterscotch by day; blue around a low Sun, as fine dust scatters it forward.
    let towards = max(dot(ray, globals.sun.xyz), 0.0);
    let low_sun = 1.0 - smoothstep(0.0, 0.35, abs(height_of_sun));
    let blue = pow(towards, 24.0) * low_sun;
    let colour = mix(AIR, vec3<f32>(0.68, 0.75, 0.83), blue);
    return vec4<f32>(colour * amount, amount);
}

struct Fill {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
};

@vertex
fn area_vertex(@location(0) position: vec3<f32>, @location(1) colour: vec4<f32>) -> Fill {
    var out: Fill;
    let clip = globals.clip_from_relative * vec4<f32>(position, 1.0);
    // Pulled towards the eye as lines are.
    out.clip = vec4<f32>(clip.xy, min(clip.z * 1.005, clip.w), clip.w);
    out.colour = colour;
    return out;
}

@fragment
fn area_fragment(in: Fill) -> @location(0) vec4<f32> {
    return vec4<f32>(in.colour.rgb * in.colour.a, in.colour.a);
}

struct Mark {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    // Pixels from the middle; half size in pixels; shape.
    @location(1) offset: vec2<f32>,
    @location(2) half_size: f32,
    @location(3) shape: f32,
};

// Lines are pulled half a per cent towards the eye, so that the ground between the points of the
// mesh does not swallow them.
fn line_depth(w: f32) -> f32 {
    return min(globals.view.w * 1.005 / w, 1.0);
}

fn corner(index: u32) -> vec2<f32> {
    let x = select(-1.0, 1.0, index == 1u || index == 2u || index == 4u);
    let y = select(-1.0, 1.0, index == 2u || index == 4u || index == 5u);
    return vec2<f32>(x, y);
}

// Lines that carry meaning have a rim against the ground; the graticule, thinner, has none.
fn line_rim(half_width: f32) -> f32 {
    return select(0.0, globals.view.z, half_width > 0.61 * globals.view.z);
}

@vertex
fn line_vertex(
    @builtin(vertex_index) index: u32,
    @location(0) start: vec3<f32>,
    @location(1) width: f32,
    @location(2) end: vec3<f32>,
    @location(3) colour: vec4<f32>,
) -> Mark {
    var out: Mark;
    var a = globals.clip_from_relative * vec4<f32>(start, 1.0);
    var b = globals.clip_from_relative * vec4<f32>(end, 1.0);
    let near = globals.view.w * 1.01;
    if a.w < near && b.w < near {
        out.clip = vec4<f32>(2.0, 2.0, 2.0, 1.0);
        return out;
    }
    if a.w < near {
        a = mix(a, b, (near - a.w) / (b.w - a.w));
    } else if b.w < near {
        b = mix(b, a, (near - b.w) / (a.w - b.w));
    }
    let half_view = globals.view.xy * 0.5;
    let pixel_a = a.xy / a.w * half_view;
    let pixel_b = b.xy / b.w * half_view;
    let along = (pixel_b - pixel_a) / max(length(pixel_b - pixel_a), 1e-3);
    let across = vec2<f32>(-along.y, along.x);
    let half_width = 0.5 * width * globals.view.z;
    let c = corner(index);
    let w = select(a.w, b.w, c.x > 0.0);
    let reach = half_width + 1.0 + line_rim(half_width);
    let pixel = select(pixel_a, pixel_b, c.x > 0.0) + across * c.y * reach;
    out.clip = vec4<f32>(pixel / half_view, line_depth(w), 1.0);
    out.colour = colour;
    out.offset = vec2<f32>(0.0, c.y * reach);
    out.half_size = half_width;
    return out;
}

@fragment
fn line_fragment(in: Mark) -> @location(0) vec4<f32> {
    let distance = in.half_size + 0.5 - abs(in.offset.y);
    let inside = clamp(distance, 0.0, 1.0);
    let rim_width = line_rim(in.half_size);
    let rim = clamp(distance + rim_width, 0.0, 1.0) * step(0.1, rim_width);
    let colour = mix(globals.outline.rgb, in.colour.rgb, inside);
    let alpha = in.colour.a * max(inside, 0.35 * rim);
    return vec4<f32>(colour * alpha, alpha);
}

@vertex
fn point_vertex(
    @builtin(vertex_index) index: u32,
    @location(0) position: vec3<f32>,
    @location(1) size: f32,
    @location(2) colour: vec4<f32>,
    @location(3) form: vec2<f32>,
) -> Mark {
    var out: Mark;
    let middle = globals.clip_from_relative * vec4<f32>(position, 1.0);
    if middle.w < globals.view.w * 1.01 {
        out.clip = vec4<f32>(2.0, 2.0, 2.0, 1.0);
        return out;
    }
    let half_size = 0.5 * size * globals.view.z;
    let reach = half_size + 2.0 * globals.view.z + 1.0;
    let offset = corner(index) * reach;
    // The shape turns clockwise: its own axes turn the other way under the pixel.
    let turn = vec2<f32>(cos(form.y), sin(form.y));
    let ndc = middle.xy / middle.w + offset / (globals.view.xy * 0.5);
    // Hidden points are not sent; the others are whole, in front of everything.
    out.clip = vec4<f32>(ndc, 1.0, 1.0);
    out.colour = colour;
    out.offset = vec2<f32>(
        offset.x * turn.x - offset.y * turn.y,
        offset.x * turn.y + offset.y * turn.x,
    );
    out.half_size = half_size;
    out.shape = form.x;
    return out;
}

// Distance to the edge of a shape, pixels, negative inside. Shapes are numbered as in scene.rs.
fn edge(p: vec2<f32>, r: f32, shape: f32) -> f32 {
    if shape < 0.5 {
        return length(p) - r;
    } else if shape < 1.5 {
        return abs(length(p) - 0.78 * r) - 0.22 * r;
    } else if shape < 2.5 {
        return (abs(p.x) + abs(p.y) - 1.15 * r) * 0.7071;
    } else if shape < 3.5 {
        let flank = dot(vec2<f32>(abs(p.x), p.y), vec2<f32>(0.866, 0.5)) - 0.5 * r;
        return max(-0.9 * r - p.y - 0.2 * r, flank);
    } else if shape < 4.5 {
        return max(abs(p.x), abs(p.y)) - 0.85 * r;
    }
    // An arrowhead with a notch: two flanks, less a smaller triangle from below.
    let wing = dot(vec2<f32>(abs(p.x), p.y), vec2<f32>(0.894, 0.447)) - 0.447 * r;
    let notch = dot(vec2<f32>(abs(p.x), p.y + r), vec2<f32>(0.6, 0.8)) - 0.40 * r;
    return max(max(wing, -p.y - r), -notch);
}

@fragment
fn point_fragment(in: Mark) -> @location(0) vec4<f32> {
    let distance = edge(in.offset, in.half_size, in.shape);
    let inside = clamp(0.5 - distance, 0.0, 1.0);
    let rim = clamp(0.5 - distance + 1.4 * globals.view.z, 0.0, 1.0);
    let colour = mix(globals.outline.rgb, in.colour.rgb, inside);
    let alpha = in.colour.a * max(inside, 0.85 * rim);
    return vec4<f32>(colour * alpha, alpha);
}
