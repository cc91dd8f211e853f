// The globe: ground, lines and points into an offscreen picture, and that picture onto the screen.
//
// Positions are relative to the eye, in metres, on body-fixed axes. Depth is reversed (1 near, 0
// at infinity). Only what WebGL2-class devices have: uniforms, textures, vertex attributes.

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
    // Colour of the ground before the terrain is there (linear), height span of the table in km.
    plain: vec4<f32>,
    // Outline of points (linear); 1 when the terrain is there.
    outline: vec4<f32>,
};

@group(0) @binding(0) var<uniform> globals: Globals;
@group(0) @binding(1) var relief_texture: texture_2d<f32>;
@group(0) @binding(2) var relief_sampler: sampler;
@group(0) @binding(3) var colour_texture: texture_2d<f32>;
@group(0) @binding(4) var colour_sampler: sampler;

const PI: f32 = 3.14159265;

struct Ground {
    @builtin(position) clip: vec4<f32>,
    @location(0) direction: vec3<f32>,
    @location(1) relative: vec3<f32>,
};

@vertex
fn ground_vertex(@location(0) relative: vec3<f32>, @location(1) direction: vec3<f32>) -> Ground {
    var out: Ground;
    out.clip = globals.clip_from_relative * vec4<f32>(relative, 1.0);
    out.direction = direction;
    out.relative = relative;
    return out;
}

// Slopes and height under a direction. The footprint comes from the direction itself, not from
// the texture coordinate, so that there is no seam where the longitude starts again.
fn relief(direction: vec3<f32>, dx: vec3<f32>, dy: vec3<f32>) -> vec4<f32> {
    let around = max(direction.x * direction.x + direction.y * direction.y, 1e-7);
    let across = sqrt(around);
    let lon_x = (direction.x * dx.y - direction.y * dx.x) / around;
    let lon_y = (direction.x * dy.y - direction.y * dy.x) / around;
    let lat_x = dx.z / across;
    let lat_y = dy.z / across;
    // Cells are narrow near the poles; a footprint that long to the east would blur the north.
    let limit = 6.0 * max(max(abs(lat_x), abs(lat_y)), 1e-7);
    let wide = min(1.0, limit / max(max(abs(lon_x), abs(lon_y)), 1e-7));
    let uv = vec2<f32>(
        atan2(direction.y, direction.x) / (2.0 * PI),
        0.5 - asin(clamp(direction.z, -1.0, 1.0)) / PI,
    );
    let grad_x = vec2<f32>(lon_x * wide / (2.0 * PI), lat_x / PI);
    let grad_y = vec2<f32>(lon_y * wide / (2.0 * PI), lat_y / PI);
    return textureSampleGrad(relief_texture, relief_sampler, uv, grad_x, grad_y);
}

@fragment
fn ground_fragment(in: Ground) -> @location(0) vec4<f32> {
    let dx = dpdx(in.direction);
    let dy = dpdy(in.direction);
    let up = normalize(in.direction);
    let terrain = relief(up, dx, dy);
    let east = normalize(vec3<f32>(-up.y, up.x + 1e-9, 0.0));
    let north = cross(up, east);
    // Steep slopes are held back, so that flanks keep their colour while plains show relief.
    let steep = globals.shade.x * globals.outline.w * terrain.xy;
    let slope = steep * inverseSqrt(1.0 + 1.2 * dot(steep, steep));
    let normal = normalize(up - slope.x * east - slope.y * north);

    let height = (terrain.z - globals.shade.w) / globals.plain.w;
    let table = textureSampleLevel(colour_texture, colour_sampler, vec2<f32>(height, 0.5), 0.0);
    let base = mix(globals.plain.rgb, table.rgb, globals.outline.w);

    // The usual light of a map, from the upper left; 1 on flat ground.
    let lamp = globals.lamp.xyz - up * dot(globals.lamp.xyz, up);
    let map_light = normalize(up + lamp);
    let hill = clamp(dot(normal, map_light) / dot(up, map_light), 0.35, 1.5);
    // The Sun: its own azimuth, but never so high that the ground looks flat at once.
    let height_of_sun = dot(up, globals.sun.xyz);
    let level = globals.sun.xyz - up * height_of_sun;
    let sun_light = normalize(up + level / max(length(level), 0.35));
    let sunny = clamp(dot(normal, sun_light) / dot(up, sun_light), 0.2, 1.6);
    let day = smoothstep(-0.06, 0.08, height_of_sun);
    let lit = day * sunny * (0.30 + 0.70 * sqrt(max(height_of_sun, 0.0)));
    let ambient = globals.sun.w;
    let light = mix(ambient * hill + (1.0 - ambient) * lit, hill, globals.shade.y);

    // Thin haze towards the limb, on the day side.
    let facing = max(dot(normalize(-in.relative), up), 0.0);
    let sky = mix(max(day, ambient), 1.0, globals.shade.y);
    let haze = globals.shade.z * pow(1.0 - facing, 5.0) * sky;
    let pale = textureSampleLevel(colour_texture, colour_sampler, vec2<f32>(0.8, 0.5), 0.0).rgb;
    // The terminator as a thin line: where the middle of the Sun is on the level horizon.
    let width = 0.8 * globals.view.z * max(fwidth(height_of_sun), 1e-7);
    let cover = 1.0 - smoothstep(0.4 * width, width, abs(height_of_sun));
    let line = 0.45 * (1.0 - globals.shade.y) * cover;
    return vec4<f32>(mix(mix(base * light, pale, haze), pale, line), 1.0);
}

struct Mark {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    // Pixels from the middle; half size in pixels; shape.
    @location(1) offset: vec2<f32>,
    @location(2) half_size: f32,
    @location(3) shape: f32,
};

fn linear(colour: vec4<f32>) -> vec4<f32> {
    let low = colour.rgb / 12.92;
    let high = pow((colour.rgb + 0.055) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, colour.rgb <= vec3<f32>(0.04045)), colour.a);
}

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
    out.colour = linear(colour);
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
    @location(3) shape: f32,
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
    let ndc = middle.xy / middle.w + offset / (globals.view.xy * 0.5);
    // Hidden points are not sent; the others are whole, in front of everything.
    out.clip = vec4<f32>(ndc, 1.0, 1.0);
    out.colour = linear(colour);
    out.offset = offset;
    out.half_size = half_size;
    out.shape = shape;
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
    }
    return max(abs(p.x), abs(p.y)) - 0.85 * r;
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
